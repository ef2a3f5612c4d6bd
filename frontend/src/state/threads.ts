import type { Client } from '../api/client';
import type { Drafts } from './drafts.svelte';
import { Thread } from './thread.svelte';

/** The threads the page holds, and where each was left. */
export class Threads {
  readonly #held = new Map<string, Thread>();
  /** Which message was topmost when a thread was left. */
  readonly #left = new Map<string, string | null>();
  readonly #client: Client;
  readonly #drafts: Drafts;

  constructor(client: Client, drafts: Drafts) {
    this.#client = client;
    this.#drafts = drafts;
  }

  get(id: string): Thread | undefined {
    return this.#held.get(id);
  }

  /** The thread, made if it is not held; those that nobody `watched` and nothing leaves are let go. */
  of(id: string, watched: readonly string[]): Thread {
    const keep = new Set(watched);
    for (const [known, { outbox }] of this.#held) {
      const over = known !== id && !keep.has(known) && outbox.sending.length === 0;
      if (over) this.#held.delete(known);
    }
    const thread = this.#held.get(id) ?? new Thread(id, this.#client, this.#drafts);
    this.#held.set(id, thread);
    return thread;
  }

  /** Notes where a thread is left: its topmost message, null at its end. */
  leave(id: string, topmost: string | null): void {
    this.#left.set(id, topmost);
  }

  leftOf(id: string): string | null {
    return this.#left.get(id) ?? null;
  }

  clear(): void {
    this.#held.clear();
    this.#left.clear();
  }
}
