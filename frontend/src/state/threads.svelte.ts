import type { Client } from '../api/client';
import type { Message } from '../api/types';
import type { Drafts } from './drafts.svelte';
import { Thread } from './thread.svelte';

/** Called with each new or changed message of a loaded thread. */
type OnChange = (thread: Thread, now: Message, before: Message | undefined) => void;

/** The threads in memory, and the position at which each was left. */
export class Threads {
  readonly #threads = new Map<string, Thread>();
  /** The topmost message when a thread was left. */
  readonly #positions = new Map<string, string | null>();
  readonly #client: Client;
  readonly #drafts: Drafts;
  readonly #onChange: OnChange;

  constructor(client: Client, drafts: Drafts, onChange: OnChange) {
    this.#client = client;
    this.#drafts = drafts;
    this.#onChange = onChange;
  }

  get(id: string): Thread | undefined {
    return this.#threads.get(id);
  }

  /** Returns the thread, creating it if needed. Drops unwatched threads without pending sends. */
  getOrCreate(id: string, watched: readonly string[]): Thread {
    const keep = new Set(watched);
    for (const [otherId, { pendingSends: outbox }] of this.#threads) {
      const isUnused = otherId !== id && !keep.has(otherId) && outbox.items.length === 0;
      if (isUnused) this.#threads.delete(otherId);
    }
    const existing = this.#threads.get(id);
    if (existing) return existing;
    const thread = createOutside(() => new Thread(id, this.#client, this.#drafts));
    thread.onChange = (now, before) => this.#onChange(thread, now, before);
    this.#threads.set(id, thread);
    return thread;
  }

  /** Saves the topmost message of a thread; null at its end. */
  savePosition(id: string, topmost: string | null): void {
    this.#positions.set(id, topmost);
  }

  savedPosition(id: string): string | null {
    return this.#positions.get(id) ?? null;
  }

  clear(): void {
    this.#threads.clear();
    this.#positions.clear();
  }
}

/**
 * Creates an object whose derived values outlive the component that happens to create it.
 *
 * Otherwise they would end with it: a thread that stays in memory over a new sign-in would keep
 * the values that it had before.
 */
function createOutside<T>(create: () => T): T {
  let created: T | undefined;
  $effect.root(() => void (created = create()));
  return created as T;
}
