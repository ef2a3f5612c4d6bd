import type { Client } from '../api/client';
import { ApiError, errorMessage } from '../api/problem';
import type { MediaItem } from '../api/types';
import { SingleFlight } from './single-flight.svelte';

/** The media of one conversation, newest first, loaded page by page. */
export class MediaGallery {
  items = $state.raw<MediaItem[]>([]);
  cursor = $state<string | null>(null);
  loaded = $state(false);
  error = $state<string | null>(null);
  readonly #id: string;
  readonly #client: Pick<Client, 'listMedia'>;
  readonly #flight = new SingleFlight(() => this.#capture(() => this.#reload()));

  constructor(id: string, client: Pick<Client, 'listMedia'>) {
    this.#id = id;
    this.#client = client;
  }

  get busy(): boolean {
    return this.#flight.busy;
  }

  /** Reloads the pages that were loaded. */
  load = () => this.#flight.run();

  /** Loads the next page unless a load is running. */
  async loadMore(): Promise<void> {
    if (this.cursor) await this.#flight.runIfIdle(() => this.#capture(() => this.#loadNextPage()));
  }

  async #reload(): Promise<void> {
    const oldest = this.items.at(-1);
    let page = await this.#client.listMedia(this.#id, null);
    let items = page.media;
    while (page.cursor && oldest && !includesItem(items, oldest)) {
      page = await this.#client.listMedia(this.#id, page.cursor);
      items = [...items, ...page.media];
    }
    this.items = items;
    this.cursor = page.cursor;
  }

  async #loadNextPage(): Promise<void> {
    const page = await this.#client.listMedia(this.#id, this.cursor);
    this.items = [...this.items, ...page.media];
    this.cursor = page.cursor;
  }

  async #capture(read: () => Promise<void>): Promise<void> {
    this.error = null;
    try {
      await read();
      this.loaded = true;
    } catch (thrown) {
      // A conversation that does not exist has no media.
      if (thrown instanceof ApiError && thrown.status === 404) this.loaded = true;
      else this.error = errorMessage(thrown);
    }
  }
}

/** Returns whether the loaded items reach down to this one, which may have been deleted. */
function includesItem(items: MediaItem[], { message_id }: MediaItem): boolean {
  const last = items.at(-1);
  return last !== undefined && last.message_id <= message_id;
}
