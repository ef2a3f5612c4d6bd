import type { Client } from '../api/client';
import { ApiError, errorMessage } from '../api/problem';
import type { Conversation, MediaDownload, Message, MessagePage } from '../api/types';
import type { Drafts } from './drafts.svelte';
import { MediaUrls } from './media.svelte';
import { Messages, type MessageEvent } from './messages.svelte';
import { PendingSends } from './pending-sends.svelte';
import { LoadedPages } from './loaded-pages.svelte';
import { QuotedMessages } from './quoted-messages.svelte';
import { SingleFlight } from './single-flight.svelte';
import { ThreadView } from './thread-view.svelte';
import { firstUnread, includesPreview } from './unread';

/** The most pages that are loaded to reach one message. */
const MAX_SEEK_PAGES = 100;
const SEEK_PAGE_SIZE = 100;

/** A known conversation, a function that loads it, or `undefined` if it does not exist. */
type ConversationSource = Conversation | undefined | (() => Promise<Conversation | undefined>);

/** The thread of one conversation: its loaded messages, unread marker and pending sends. */
export class Thread extends ThreadView {
  readonly id: string;
  readonly messages = new Messages();
  readonly pendingSends: PendingSends;
  /** Whether the newest page is loaded. */
  loaded = $state(false);
  /** Whether the page was loaded since the thread was opened, so that `firstUnread` is set. */
  initialized = $state(false);
  error = $state<string | null>(null);
  /** The conversation does not exist. */
  missing = $state(false);
  loadingOlder = $state(false);
  olderError = $state<string | null>(null);
  /** The first message that was unread when the thread was opened. */
  firstUnread = $state<string | null>(null);
  /** Called with each new or changed message of a loaded thread, and its previous state. */
  onChange: (now: Message, before: Message | undefined) => void = () => undefined;

  readonly #client: Client;
  readonly #pages = new LoadedPages();
  /** The conversation when the thread was opened; cleared after the newest page has loaded. */
  #source: ConversationSource = undefined;
  /** How often the thread was opened. */
  #openCount = 0;
  #seekCount = 0;
  /** The newest message of a loaded page. Live events may leave gaps after it. */
  #newestLoaded = '';
  readonly #newestPage = new SingleFlight(() => this.#loadNewest());
  #loadingOlder: Promise<void> | null = null;
  readonly #mediaUrls: MediaUrls;
  readonly #quoted: QuotedMessages;

  constructor(id: string, client: Client, drafts: Drafts) {
    super();
    this.id = id;
    this.#client = client;
    this.#mediaUrls = new MediaUrls(client);
    this.#quoted = new QuotedMessages((message) => client.getMessage(id, message));
    this.pendingSends = new PendingSends(id, client, drafts, (message) =>
      this.apply({ type: 'message', message }),
    );
  }

  /** Applies an event. Ignores messages older than the loaded pages; they come with their page. */
  apply(event: MessageEvent): void {
    if (event.type !== 'message') return this.messages.apply(event);
    const { message } = event;
    this.#quoted.add(message);
    if (this.#pages.isBefore(message.message_id)) return;
    this.#applyMessages([message]);
  }

  /** Sets the unread marker for a message that arrived while the page was inactive. */
  markUnread(conversation: Conversation): void {
    this.firstUnread = firstUnread(this.messages.items, conversation);
  }

  /** Returns whether the last message of the conversation is loaded. */
  includesPreview(conversation: Conversation): boolean {
    return includesPreview(this.messages.newest, conversation);
  }

  /** Loads the newest page and, if needed, the conversation. Sets the unread marker. */
  async open(source: ConversationSource): Promise<void> {
    this.firstUnread = null;
    this.initialized = false;
    this.rendered = false;
    this.#source = source;
    this.#openCount += 1;
    await this.refresh();
  }

  get hasOlder(): boolean {
    return this.#pages.olderCursor !== null;
  }

  /** Whether nothing is loaded yet and the conversation may exist. */
  get isLoading(): boolean {
    return !this.loaded && !this.missing;
  }

  /** Whether the first page is loading. */
  get isLoadingFirstPage(): boolean {
    return !this.loaded && this.#newestPage.busy;
  }

  /** Loads the newest page. An error stays until a load succeeds. */
  refresh = () => this.#newestPage.run();

  /** Reloads the newest page and the page in view. */
  async resync(inView: string | null): Promise<void> {
    await this.refresh();
    const before = inView && this.#pages.pageOf(inView);
    if (!before) return;
    this.messages.applyPage(await this.#client.listMessages(this.id, { before }));
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
    for (let pages = 0; pages < MAX_SEEK_PAGES && this.#pages.isBefore(id); pages += 1) {
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

  /** Returns a quoted message as far as it is known. */
  quoted(id: string): Message | null {
    return this.messages.get(id) ?? this.#quoted.get(id) ?? null;
  }

  async loadQuoted(id: string): Promise<void> {
    if (!this.messages.get(id)) await this.#quoted.load(id);
  }

  /** Returns a temporary download URL. */
  mediaUrl(message: string, index: number): Promise<MediaDownload> {
    return this.#mediaUrls.get(this.id, message, index);
  }

  /** Fetches media from Twilio again after a failure. */
  async retryMedia(message: string, index: number): Promise<void> {
    const updated = await this.#client.retryMedia(this.id, message, index);
    this.apply({ type: 'message', message: updated });
  }

  /** Returns a page of hits, newest last. */
  search(words: string, before: string | null): Promise<MessagePage> {
    return this.#client.listMessages(this.id, { search: words, before });
  }

  /** Deletes a message's content, here and at Twilio. */
  async redact(message: string): Promise<void> {
    const updated = await this.#client.redactMessage(this.id, message);
    this.apply({ type: 'message', message: updated });
  }

  async #fetchOlder(limit?: number): Promise<void> {
    const before = this.#pages.olderCursor;
    if (!before) return;
    this.loadingOlder = true;
    this.olderError = null;
    try {
      const page = await this.#client.listMessages(this.id, {
        before,
        ...(limit ? { limit } : {}),
      });
      if (before !== this.#pages.olderCursor) return;
      this.messages.applyPage(page);
      this.#pages.addOlder(page);
    } catch (thrown) {
      this.olderError = errorMessage(thrown);
    } finally {
      this.loadingOlder = false;
    }
  }

  async #loadNewest(): Promise<void> {
    const [openCount, source] = [this.#openCount, this.#source];
    const read = () => this.#client.listMessages(this.id);
    try {
      const [firstRead, conversation] = await Promise.all([
        read(),
        typeof source === 'function' ? source() : source,
      ]);
      // Both were requested at once, so the conversation may mention a newer message.
      const isBehind = conversation && !includesPreview(firstRead.messages.at(-1), conversation);
      const page = isBehind ? await read().catch(() => firstRead) : firstRead;
      const first = page.messages[0]?.message_id;
      // More than one page has arrived, so the older pages are not adjacent any more.
      const gap = this.loaded && first !== undefined && first > this.#newestLoaded && page.older;
      if (first && (gap || (!this.loaded && page.older))) this.messages.removeBefore(first);
      if (page.cleared) this.messages.apply({ type: 'cleared', through: page.cleared });
      this.#applyMessages(page.messages);
      if (gap || !this.loaded) this.#pages.reset(page);
      else this.#pages.prune(page, this.messages.items);
      this.#newestLoaded = page.messages.at(-1)?.message_id ?? this.#newestLoaded;
      this.loaded = true;
      this.missing = false;
      this.error = null;
      if (openCount === this.#openCount) this.#initialize(conversation);
    } catch (thrown) {
      this.missing = thrown instanceof ApiError && thrown.status === 404;
      this.error = errorMessage(thrown);
    }
  }

  /** Applies messages of the loaded pages or after them. */
  #applyMessages(messages: readonly Message[]): void {
    const before = new Map(messages.map(({ message_id: id }) => [id, this.messages.get(id)]));
    for (const message of messages) {
      this.messages.apply({ type: 'message', message });
      this.pendingSends.onStored(message);
    }
    if (!this.loaded) return;
    for (const message of messages) this.onChange(message, before.get(message.message_id));
  }

  /** Sets the unread marker after the newest page has loaded. */
  #initialize(conversation: Conversation | undefined): void {
    if (conversation?.unread_count)
      this.firstUnread = firstUnread(this.messages.items, conversation);
    this.#source = undefined;
    this.initialized = true;
  }
}
