import type { Client } from '../api/client';
import { ApiError, sentenceOf } from '../api/problem';
import type { GalleryItem } from '../api/types';

/** What was ever sent in one conversation, newest first, a page at a time. */
export class Gallery {
  items = $state.raw<GalleryItem[]>([]);
  next = $state<string | null>(null);
  loaded = $state(false);
  error = $state<string | null>(null);
  readonly #id: string;
  readonly #client: Pick<Client, 'listMedia'>;

  constructor(id: string, client: Pick<Client, 'listMedia'>) {
    this.#id = id;
    this.#client = client;
  }

  load = () => this.#read(null);

  async more(): Promise<void> {
    if (this.next) await this.#read(this.next);
  }

  async #read(cursor: string | null): Promise<void> {
    this.error = null;
    try {
      const page = await this.#client.listMedia(this.#id, cursor);
      this.items = cursor ? [...this.items, ...page.media] : page.media;
      this.next = page.next;
      this.loaded = true;
    } catch (thrown) {
      // What is gone has sent nothing.
      if (thrown instanceof ApiError && thrown.status === 404) this.loaded = true;
      else this.error = sentenceOf(thrown);
    }
  }
}
