import { SvelteMap } from 'svelte/reactivity';
import type { Message } from '../api/types';

/** Messages that others answer and that no page has brought yet: each is asked for once. */
export class Quotes {
  /** Null while a message is asked for, or could not be read. */
  readonly #asked = new SvelteMap<string, Message | null>();
  readonly #read: (id: string) => Promise<Message>;

  constructor(read: (id: string) => Promise<Message>) {
    this.#read = read;
  }

  get(id: string): Message | null {
    return this.#asked.get(id) ?? null;
  }

  /** Takes a change of a message that was asked for. */
  heard(message: Message): void {
    const known = this.#asked.get(message.message_id);
    if (known && known.rev < message.rev) this.#asked.set(message.message_id, message);
  }

  async ask(id: string): Promise<void> {
    if (this.#asked.has(id)) return;
    this.#asked.set(id, null);
    try {
      this.#asked.set(id, await this.#read(id));
    } catch {
      // The quote stays without its text; what is pressed still goes there.
    }
  }
}
