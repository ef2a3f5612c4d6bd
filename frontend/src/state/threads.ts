import type { Client } from '../api/client';
import type { Message } from '../api/types';
import type { Drafts } from './drafts.svelte';
import { Thread } from './thread.svelte';

/** What is told of a message that came or changed since its thread was read. */
type OnChange = (thread: Thread, now: Message, before: Message | undefined) => void;

/** The threads the page holds, and where each was left. */
export class Threads {
  readonly #held = new Map<string, Thread>();
  /** Which message was topmost when a thread was left. */
  readonly #left = new Map<string, string | null>();
  readonly #client: Client;
  readonly #drafts: Drafts;
  readonly #onChange: OnChange;

  constructor(client: Client, drafts: Drafts, onChange: OnChange) {
    this.#client = client;
    this.#drafts = drafts;
    this.#onChange = onChange;
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
    const held = this.#held.get(id);
    if (held) return held;
    const thread = new Thread(id, this.#client, this.#drafts);
    thread.onChange = (now, before) => this.#onChange(thread, now, before);
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
