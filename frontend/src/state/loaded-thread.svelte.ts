import type { Client } from '../api/client';
import { errorMessage } from '../api/problem';
import type { Message, MessagePage } from '../api/types';
import { LoadedPages } from './loaded-pages.svelte';
import { Messages } from './messages.svelte';
import { ThreadView } from './thread-view.svelte';

/** The maximum number of pages that are loaded to reach one message. */
const MAX_SEEK_PAGES = 100;
const SEEK_PAGE_SIZE = 100;

/** The loaded messages of a thread, and how older ones are loaded. */
export class LoadedThread extends ThreadView {
  readonly id: string;
  readonly messages = new Messages();
  /** Whether the newest page is loaded. */
  loaded = $state(false);
  loadingOlder = $state(false);
  olderError = $state<string | null>(null);
  /** Called with each new or changed message of a loaded thread, and its previous state. */
  onChange: (now: Message, before: Message | undefined) => void = () => undefined;

  protected readonly client: Client;
  protected readonly pages = new LoadedPages();
  /** The newest message of a loaded page. Live events may leave gaps after it. */
  #newestLoaded = '';
  #loadingOlder: Promise<void> | null = null;
  #seekCount = 0;

  constructor(id: string, client: Client) {
    super();
    this.id = id;
    this.client = client;
  }

  get hasOlder(): boolean {
    return this.pages.olderCursor !== null;
  }

  /** Loads the page before the oldest one. Concurrent calls share one request. */
  loadOlder(limit?: number): Promise<void> {
    this.#loadingOlder ??= this.#fetchOlder(limit).finally(() => {
      this.#loadingOlder = null;
    });
    return this.#loadingOlder;
  }

  /** Loads pages back to a message and scrolls to it. Returns whether it exists. */
  async seek(id: string): Promise<boolean> {
    const seek = ++this.#seekCount;
    this.seeking = true;
    for (let pages = 0; pages < MAX_SEEK_PAGES && this.pages.isBefore(id); pages += 1) {
      await this.loadOlder(SEEK_PAGE_SIZE);
      if (seek !== this.#seekCount) return false;
      if (this.olderError) break;
    }
    this.seeking = false;
    if (!this.messages.get(id)) return false;
    this.scrollTo(id);
    return true;
  }

  /** Cancels a running seek. */
  endSeek(): void {
    this.#seekCount += 1;
    this.seeking = false;
  }

  async #fetchOlder(limit?: number): Promise<void> {
    const before = this.pages.olderCursor;
    if (!before) return;
    this.loadingOlder = true;
    this.olderError = null;
    try {
      const page = await this.client.listMessages(this.id, {
        before,
        ...(limit ? { limit } : {}),
      });
      if (before !== this.pages.olderCursor) return;
      this.messages.applyPage(page);
      this.pages.addOlder(page);
    } catch (thrown) {
      this.olderError = errorMessage(thrown);
    } finally {
      this.loadingOlder = false;
    }
  }

  /** Applies the newest page. */
  protected applyNewest(page: MessagePage): void {
    const first = page.messages[0]?.message_id;
    // More than one page has arrived, so the older pages are not adjacent any more.
    const gap =
      this.loaded && first !== undefined && first > this.#newestLoaded && page.older_cursor;
    if (first && (gap || (!this.loaded && page.older_cursor))) this.messages.removeBefore(first);
    if (page.deleted_through)
      this.messages.apply({ type: 'deleted', through: page.deleted_through });
    this.applyMessages(page.messages);
    if (gap || !this.loaded) this.pages.reset(page);
    else this.pages.prune(page, this.messages.items);
    this.#newestLoaded = page.messages.at(-1)?.message_id ?? this.#newestLoaded;
    this.loaded = true;
  }

  /** Applies messages of the loaded pages or after them. */
  protected applyMessages(messages: readonly Message[]): void {
    const before = new Map(messages.map(({ message_id: id }) => [id, this.messages.get(id)]));
    for (const message of messages) {
      this.messages.apply({ type: 'message', message });
    }
    if (!this.loaded) return;
    for (const message of messages) this.onChange(message, before.get(message.message_id));
  }
}
