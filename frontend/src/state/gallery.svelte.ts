import type { Client } from '../api/client';
import { ApiError, sentenceOf } from '../api/problem';
import type { GalleryItem } from '../api/types';
import { Reading } from './reading.svelte';

/** What was ever sent in one conversation, newest first, a page at a time. */
export class Gallery {
  items = $state.raw<GalleryItem[]>([]);
  next = $state<string | null>(null);
  loaded = $state(false);
  error = $state<string | null>(null);
  readonly #id: string;
  readonly #client: Pick<Client, 'listMedia'>;
  readonly #reading = new Reading(() => this.#try(() => this.#readAgain()));

  constructor(id: string, client: Pick<Client, 'listMedia'>) {
    this.#id = id;
    this.#client = client;
  }

  get busy(): boolean {
    return this.#reading.busy;
  }

  /** Reads again, as far down as it was read: something came, or is gone. */
  load = () => this.#reading.anew();

  /** Reads the page below, unless something is being read. */
  async more(): Promise<void> {
    if (this.next) await this.#reading.further(() => this.#try(() => this.#readBelow()));
  }

  async #readAgain(): Promise<void> {
    const oldest = this.items.at(-1);
    let page = await this.#client.listMedia(this.#id, null);
    let found = page.media;
    while (page.next && oldest && !reaches(found, oldest)) {
      page = await this.#client.listMedia(this.#id, page.next);
      found = [...found, ...page.media];
    }
    this.items = found;
    this.next = page.next;
  }

  async #readBelow(): Promise<void> {
    const page = await this.#client.listMedia(this.#id, this.next);
    this.items = [...this.items, ...page.media];
    this.next = page.next;
  }

  async #try(read: () => Promise<void>): Promise<void> {
    this.error = null;
    try {
      await read();
      this.loaded = true;
    } catch (thrown) {
      // What is gone has sent nothing.
      if (thrown instanceof ApiError && thrown.status === 404) this.loaded = true;
      else this.error = sentenceOf(thrown);
    }
  }
}

/** Whether what was read from the top goes down to this one, which may be gone. */
function reaches(found: GalleryItem[], { message_id }: GalleryItem): boolean {
  const last = found.at(-1);
  return last !== undefined && last.message_id <= message_id;
}
