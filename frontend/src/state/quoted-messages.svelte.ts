import { SvelteMap } from 'svelte/reactivity';
import type { Message } from '../api/types';

/** Messages that others answer and that no page has brought yet: each is asked for once. */
export class QuotedMessages {
  /** Null while a message is asked for, or could not be read. */
  readonly #messages = new SvelteMap<string, Message | null>();
  readonly #fetch: (id: string) => Promise<Message>;

  constructor(read: (id: string) => Promise<Message>) {
    this.#fetch = read;
  }

  get(id: string): Message | null {
    return this.#messages.get(id) ?? null;
  }

  /** Takes a change of a message that was asked for. */
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
      // The quote stays without its text; what is pressed still goes there.
    }
  }
}
