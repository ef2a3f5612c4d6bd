import type { Client } from '../api/client';
import { ApiError, sentenceOf } from '../api/problem';
import type { Conversation, MediaAddress, Message, MessagePage } from '../api/types';
import type { Drafts } from './drafts.svelte';
import { MediaAddresses } from './media.svelte';
import { Messages, type MessageEvent } from './messages.svelte';
import { Outbox } from './outbox.svelte';
import { Pages } from './pages.svelte';
import { Quotes } from './quotes.svelte';
import { Reading } from './reading.svelte';
import { ThreadView } from './thread-view.svelte';
import { firstUnread, reaches } from './unread';

/** At most this many pages of this size are read to reach one message. */
const SEEK_PAGES = 100;
const SEEK_PAGE = 100;

/** A conversation as it is known, or how to ask for it; undefined where there is none. */
type Told = Conversation | undefined | (() => Promise<Conversation | undefined>);

/** One conversation's thread: what was read of it, where "new" begins, what is leaving. */
export class Thread extends ThreadView {
  readonly id: string;
  readonly messages = new Messages();
  readonly outbox: Outbox;
  /** The newest page is there. */
  loaded = $state(false);
  /** It was read since it came on the screen, and `newFrom` is known. */
  opened = $state(false);
  error = $state<string | null>(null);
  /** The conversation does not exist. */
  missing = $state(false);
  loadingOlder = $state(false);
  olderError = $state<string | null>(null);
  /** The first message that nobody had read when it came on the screen. */
  newFrom = $state<string | null>(null);
  /** Called with each message that came or changed since the thread was read, and what it was before. */
  onChange: (now: Message, before: Message | undefined) => void = () => undefined;

  readonly #client: Client;
  readonly #pages = new Pages();
  /** The conversation as it was known when this came on the screen, until the newest page is there. */
  #opening: Told = undefined;
  /** How often it came on the screen. */
  #openings = 0;
  #seeks = 0;
  /** The newest message that came with a page: what is pushed says nothing of what lies before. */
  #readTo = '';
  readonly #newest = new Reading(() => this.#readNewest());
  #loadingOlder: Promise<void> | null = null;
  readonly #addresses: MediaAddresses;
  readonly #quotes: Quotes;

  constructor(id: string, client: Client, drafts: Drafts) {
    super();
    this.id = id;
    this.#client = client;
    this.#addresses = new MediaAddresses(client);
    this.#quotes = new Quotes((message) => client.getMessage(id, message));
    this.outbox = new Outbox(id, client, drafts, (message) =>
      this.apply({ type: 'message', message }),
    );
  }

  /** Takes an event of this conversation. What lies before the pages that were read comes with its own. */
  apply(event: MessageEvent): void {
    if (event.type !== 'message') return this.messages.apply(event);
    const { message } = event;
    this.#quotes.heard(message);
    if (this.#pages.liesBefore(message.message_id)) return;
    this.#take([message]);
  }

  /** A message came while nobody looked, who know the conversation like this. */
  arrivedUnseen(conversation: Conversation): void {
    this.newFrom = firstUnread(this.messages.items, conversation);
  }

  /** Whether the last message that the conversation tells of is here. */
  reaches(conversation: Conversation): boolean {
    return reaches(this.messages.newest, conversation);
  }

  /** Reads the newest page, and at once who it is with where that is not known; marks where the unread ones begin. */
  async open(told: Told): Promise<void> {
    this.newFrom = null;
    this.opened = false;
    this.looked = false;
    this.#opening = told;
    this.#openings += 1;
    await this.refresh();
  }

  get hasOlder(): boolean {
    return this.#pages.older !== null;
  }

  /** It is not here yet, and may be there. */
  get awaited(): boolean {
    return !this.loaded && !this.missing;
  }

  /** Its first page is being read. */
  get arriving(): boolean {
    return !this.loaded && this.#newest.busy;
  }

  /** Reads the newest page. An error stays visible until a read succeeds. */
  refresh = () => this.#newest.anew();

  /** Reads what it shows again: the newest page, and the one that is in view. */
  async heal(inView: string | null): Promise<void> {
    await this.refresh();
    const before = inView && this.#pages.holding(inView);
    if (!before) return;
    this.messages.applyPage(await this.#client.listMessages(this.id, { before }));
  }

  /** Reads the page before the oldest one, once at a time. */
  older(limit?: number): Promise<void> {
    this.#loadingOlder ??= this.#readOlder(limit).finally(() => {
      this.#loadingOlder = null;
    });
    return this.#loadingOlder;
  }

  /** Brings a message into view, and reads what lies between. Returns whether it is there. */
  async seek(id: string): Promise<boolean> {
    const seek = ++this.#seeks;
    this.seeking = true;
    for (let pages = 0; pages < SEEK_PAGES && this.#pages.liesBefore(id); pages += 1) {
      await this.older(SEEK_PAGE);
      if (seek !== this.#seeks) return false;
      if (this.olderError) break;
    }
    this.seeking = false;
    if (!this.messages.get(id)) return false;
    this.want(id);
    return true;
  }

  /** Whoever was on the way to a message goes elsewhere. */
  endSeek(): void {
    this.#seeks += 1;
    this.seeking = false;
  }

  /** A message that another answers, as far as it is known. */
  quoted(id: string): Message | null {
    return this.messages.get(id) ?? this.#quotes.get(id) ?? null;
  }

  async readQuoted(id: string): Promise<void> {
    if (!this.messages.get(id)) await this.#quotes.ask(id);
  }

  /** Where the bytes of a medium are, for a while. */
  address(message: string, index: number): Promise<MediaAddress> {
    return this.#addresses.get(this.id, message, index);
  }

  /** Fetches again what could not be fetched. */
  async fetchAgain(message: string, index: number): Promise<void> {
    const changed = await this.#client.retryMedia(this.id, message, index);
    this.apply({ type: 'message', message: changed });
  }

  /** A page of what was found in the thread, newest last. */
  search(words: string, before: string | null): Promise<MessagePage> {
    return this.#client.listMessages(this.id, { search: words, before });
  }

  /** Takes away what a message says, here and at Twilio. */
  async redact(message: string): Promise<void> {
    const changed = await this.#client.redactMessage(this.id, message);
    this.apply({ type: 'message', message: changed });
  }

  async #readOlder(limit?: number): Promise<void> {
    const before = this.#pages.older;
    if (!before) return;
    this.loadingOlder = true;
    this.olderError = null;
    try {
      const page = await this.#client.listMessages(this.id, {
        before,
        ...(limit ? { limit } : {}),
      });
      if (before !== this.#pages.older) return;
      this.messages.applyPage(page);
      this.#pages.reached(page);
    } catch (thrown) {
      this.olderError = sentenceOf(thrown);
    } finally {
      this.loadingOlder = false;
    }
  }

  async #readNewest(): Promise<void> {
    const [opening, known] = [this.#openings, this.#opening];
    const read = () => this.#client.listMessages(this.id);
    try {
      const [early, told] = await Promise.all([
        read(),
        typeof known === 'function' ? known() : known,
      ]);
      // Both were asked for at once: the conversation may tell of what came after the page.
      const late = told && !reaches(early.messages.at(-1), told);
      const page = late ? await read().catch(() => early) : early;
      const first = page.messages[0]?.message_id;
      // More came than one page holds: what lies between is not known, so begin anew from here.
      const gap = this.loaded && first !== undefined && first > this.#readTo && page.older;
      if (first && (gap || (!this.loaded && page.older))) this.messages.forget(first);
      if (page.cleared) this.messages.apply({ type: 'cleared', through: page.cleared });
      this.#take(page.messages);
      if (gap || !this.loaded) this.#pages.began(page);
      else this.#pages.movedOn(page, this.messages.items);
      this.#readTo = page.messages.at(-1)?.message_id ?? this.#readTo;
      this.loaded = true;
      this.missing = false;
      this.error = null;
      if (opening === this.#openings) this.#open(told);
    } catch (thrown) {
      this.missing = thrown instanceof ApiError && thrown.status === 404;
      this.error = sentenceOf(thrown);
    }
  }

  /** Takes messages that lie in what was read, or after it. */
  #take(messages: readonly Message[]): void {
    const before = new Map(messages.map(({ message_id: id }) => [id, this.messages.get(id)]));
    for (const message of messages) {
      this.messages.apply({ type: 'message', message });
      this.outbox.stored(message);
    }
    if (!this.loaded) return;
    for (const message of messages) this.onChange(message, before.get(message.message_id));
  }

  /** The newest page is there: what is new begins where it did for the list. */
  #open(told: Conversation | undefined): void {
    if (told?.unread_count) this.newFrom = firstUnread(this.messages.items, told);
    this.#opening = undefined;
    this.opened = true;
  }
}
