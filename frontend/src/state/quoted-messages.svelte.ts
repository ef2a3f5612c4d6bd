import { SvelteMap } from 'svelte/reactivity';
import type { Message } from '../api/types';

/** Quoted messages that are on no loaded page. Each is requested once. */
export class QuotedMessages {
  /** Null while a message is loading or if it could not be loaded. */
  readonly #messages = new SvelteMap<string, Message | null>();
  readonly #fetch: (id: string) => Promise<Message>;

  constructor(read: (id: string) => Promise<Message>) {
    this.#fetch = read;
  }

  get(id: string): Message | null {
    return this.#messages.get(id) ?? null;
  }

  /** Updates a requested message. */
  add(message: Message): void {
    const known = this.#messages.get(message.message_id);
    if (known && known.rev < message.rev) this.#messages.set(message.message_id, message);
  }

  async load(id: string): Promise<void> {
    if (this.#messages.has(id)) return;
    this.#messages.set(id, null);
    try {
      this.#messages.set(id, await this.#fetch(id));
    } catch {
      // The quote stays without text and can still be followed.
    }
  }
}
