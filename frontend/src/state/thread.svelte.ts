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

/** At most this many pages of this size are read to reach one message. */
const MAX_SEEK_PAGES = 100;
const SEEK_PAGE_SIZE = 100;

/** A conversation as it is known, or how to ask for it; undefined where there is none. */
type ConversationSource = Conversation | undefined | (() => Promise<Conversation | undefined>);

/** One conversation's thread: what was read of it, where "new" begins, what is leaving. */
export class Thread extends ThreadView {
  readonly id: string;
  readonly messages = new Messages();
  readonly pendingSends: PendingSends;
  /** The newest page is there. */
  loaded = $state(false);
  /** It was read since it came on the screen, and `newFrom` is known. */
  initialized = $state(false);
  error = $state<string | null>(null);
  /** The conversation does not exist. */
  missing = $state(false);
  loadingOlder = $state(false);
  olderError = $state<string | null>(null);
  /** The first message that nobody had read when it came on the screen. */
  firstUnread = $state<string | null>(null);
  /** Called with each message that came or changed since the thread was read, and what it was before. */
  onChange: (now: Message, before: Message | undefined) => void = () => undefined;

  readonly #client: Client;
  readonly #pages = new LoadedPages();
  /** The conversation as it was known when this came on the screen, until the newest page is there. */
  #source: ConversationSource = undefined;
  /** How often it came on the screen. */
  #openCount = 0;
  #seekCount = 0;
  /** The newest message that came with a page: what is pushed says nothing of what lies before. */
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

  /** Takes an event of this conversation. What lies before the pages that were read comes with its own. */
  apply(event: MessageEvent): void {
    if (event.type !== 'message') return this.messages.apply(event);
    const { message } = event;
    this.#quoted.add(message);
    if (this.#pages.isBefore(message.message_id)) return;
    this.#applyMessages([message]);
  }

  /** A message came while nobody looked, who know the conversation like this. */
  markUnread(conversation: Conversation): void {
    this.firstUnread = firstUnread(this.messages.items, conversation);
  }

  /** Whether the last message that the conversation tells of is here. */
  includesPreview(conversation: Conversation): boolean {
    return includesPreview(this.messages.newest, conversation);
  }

  /** Reads the newest page, and at once who it is with where that is not known; marks where the unread ones begin. */
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

  /** It is not here yet, and may be there. */
  get isLoading(): boolean {
    return !this.loaded && !this.missing;
  }

  /** Its first page is being read. */
  get isLoadingFirstPage(): boolean {
    return !this.loaded && this.#newestPage.busy;
  }

  /** Reads the newest page. An error stays visible until a read succeeds. */
  refresh = () => this.#newestPage.run();

  /** Reads what it shows again: the newest page, and the one that is in view. */
  async resync(inView: string | null): Promise<void> {
    await this.refresh();
    const before = inView && this.#pages.pageOf(inView);
    if (!before) return;
    this.messages.applyPage(await this.#client.listMessages(this.id, { before }));
  }

  /** Reads the page before the oldest one, once at a time. */
  loadOlder(limit?: number): Promise<void> {
    this.#loadingOlder ??= this.#fetchOlder(limit).finally(() => {
      this.#loadingOlder = null;
    });
    return this.#loadingOlder;
  }

  /** Brings a message into view, and reads what lies between. Returns whether it is there. */
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

  /** Whoever was on the way to a message goes elsewhere. */
  endSeek(): void {
    this.#seekCount += 1;
    this.seeking = false;
  }

  /** A message that another answers, as far as it is known. */
  quoted(id: string): Message | null {
    return this.messages.get(id) ?? this.#quoted.get(id) ?? null;
  }

  async loadQuoted(id: string): Promise<void> {
    if (!this.messages.get(id)) await this.#quoted.load(id);
  }

  /** Where the bytes of a medium are, for a while. */
  mediaUrl(message: string, index: number): Promise<MediaDownload> {
    return this.#mediaUrls.get(this.id, message, index);
  }

  /** Fetches again what could not be fetched. */
  async retryMedia(message: string, index: number): Promise<void> {
    const updated = await this.#client.retryMedia(this.id, message, index);
    this.apply({ type: 'message', message: updated });
  }

  /** A page of what was found in the thread, newest last. */
  search(words: string, before: string | null): Promise<MessagePage> {
    return this.#client.listMessages(this.id, { search: words, before });
  }

  /** Takes away what a message says, here and at Twilio. */
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
      // Both were asked for at once: the conversation may tell of what came after the page.
      const isBehind = conversation && !includesPreview(firstRead.messages.at(-1), conversation);
      const page = isBehind ? await read().catch(() => firstRead) : firstRead;
      const first = page.messages[0]?.message_id;
      // More came than one page holds: what lies between is not known, so begin anew from here.
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

  /** Takes messages that lie in what was read, or after it. */
  #applyMessages(messages: readonly Message[]): void {
    const before = new Map(messages.map(({ message_id: id }) => [id, this.messages.get(id)]));
    for (const message of messages) {
      this.messages.apply({ type: 'message', message });
      this.pendingSends.onStored(message);
    }
    if (!this.loaded) return;
    for (const message of messages) this.onChange(message, before.get(message.message_id));
  }

  /** The newest page is there: what is new begins where it did for the list. */
  #initialize(conversation: Conversation | undefined): void {
    if (conversation?.unread_count)
      this.firstUnread = firstUnread(this.messages.items, conversation);
    this.#source = undefined;
    this.initialized = true;
  }
}
