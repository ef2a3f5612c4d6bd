import type { Client } from '../api/client';
import { ApiError, sentenceOf } from '../api/problem';
import type { Conversation, MediaAddress, Message, MessagePage } from '../api/types';
import type { Drafts } from './drafts.svelte';
import { MediaAddresses } from './media.svelte';
import { Messages, type MessageEvent } from './messages.svelte';
import { Outbox } from './outbox.svelte';
import { Quotes } from './quotes.svelte';
import { ThreadView } from './thread-view.svelte';

/** Where a page began that was read, and the cursor that reads what stands before it. */
interface Mark {
  first: string;
  before: string;
}

/** At most this many pages of this size are read to reach one message. */
const SEEK_PAGES = 100;
const SEEK_PAGE = 100;

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
  hasOlder = $state(false);
  /** The first message that nobody had read when it came on the screen. */
  newFrom = $state<string | null>(null);

  readonly #client: Client;
  #older: string | null = null;
  /** Newest first: between two of them there is no more than one page holds. */
  #marks: Mark[] = [];
  /** The newest message that came with a page: what is pushed says nothing of what lies before. */
  #readTo = '';
  #loading: Promise<void> | null = null;
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

  /** Takes an event of this conversation. */
  apply(event: MessageEvent): void {
    this.messages.apply(event);
    if (event.type === 'message') this.outbox.stored(event.message);
  }

  /** A message came while nobody looked: "new" begins there, unless it began before. */
  arrivedUnseen(message: Message): void {
    if (!this.newFrom) this.newFrom = message.message_id;
  }

  /** Whether the last message that the conversation tells of is here: both times are its own. */
  reaches({ preview }: Conversation): boolean {
    const here = Date.parse(this.messages.newest?.date_created ?? '') || 0;
    return here >= (Date.parse(preview?.at ?? '') || 0);
  }

  /** Reads the newest page, and marks where the unread ones begin. */
  async open(conversation: Conversation | undefined): Promise<void> {
    this.newFrom = null;
    this.opened = false;
    await this.refresh();
    if (conversation) this.newFrom = this.#firstUnread(conversation);
    this.opened = true;
  }

  /** Reads the newest page, once at a time. An error stays visible until a read succeeds. */
  refresh(): Promise<void> {
    this.#loading ??= this.#readNewest().finally(() => {
      this.#loading = null;
    });
    return this.#loading;
  }

  /** Reads what it shows again: the newest page, and the one that is in view. */
  async heal(inView: string | null): Promise<void> {
    await this.refresh();
    const mark = inView && this.#marks.findLast(({ first }) => first > inView);
    if (!mark) return;
    this.messages.applyPage(await this.#client.listMessages(this.id, { before: mark.before }));
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
    this.seeking = true;
    for (let pages = 0; pages < SEEK_PAGES && this.#liesBefore(id); pages += 1) {
      await this.older(SEEK_PAGE);
      if (this.olderError) break;
    }
    this.seeking = false;
    if (!this.messages.get(id)) return false;
    this.want(id);
    return true;
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

  #liesBefore(id: string): boolean {
    return this.hasOlder && id < (this.messages.oldest?.message_id ?? '');
  }

  async #readOlder(limit?: number): Promise<void> {
    const before = this.#older;
    if (!before) return;
    this.loadingOlder = true;
    this.olderError = null;
    try {
      const page = await this.#client.listMessages(this.id, {
        before,
        ...(limit ? { limit } : {}),
      });
      if (before !== this.#older) return;
      this.messages.applyPage(page);
      this.#reached(page);
    } catch (thrown) {
      this.olderError = sentenceOf(thrown);
    } finally {
      this.loadingOlder = false;
    }
  }

  async #readNewest(): Promise<void> {
    try {
      const page = await this.#client.listMessages(this.id);
      const first = page.messages[0]?.message_id;
      // More came than one page holds: what lies between is not known, so begin anew from here.
      const gap = this.loaded && first !== undefined && first > this.#readTo && page.older;
      if (gap) this.messages.forget(first);
      this.messages.applyPage(page);
      for (const message of page.messages) this.outbox.stored(message);
      if (gap || !this.loaded) {
        this.#marks = [];
        this.#reached(page);
      } else {
        this.#movedOn(page);
      }
      this.#readTo = page.messages.at(-1)?.message_id ?? this.#readTo;
      this.loaded = true;
      this.missing = false;
      this.error = null;
    } catch (thrown) {
      this.missing = thrown instanceof ApiError && thrown.status === 404;
      this.error = sentenceOf(thrown);
    }
  }

  /** A page was read that lies before all others. */
  #reached(page: MessagePage): void {
    this.#older = page.older;
    this.hasOlder = page.older !== null;
    const mark = markOf(page);
    if (mark) this.#marks.push(mark);
  }

  /** The newest page begins later than it did: what has left it is read by a cursor from now on. */
  #movedOn(page: MessagePage): void {
    const mark = markOf(page);
    const [last, before] = this.#marks;
    if (!mark || (last && mark.first <= last.first)) return;
    const within = ({ message_id: id }: Message) => before && before.first <= id && id < mark.first;
    const held = this.messages.items.filter(within).length;
    if (before && held <= page.messages.length) this.#marks.shift();
    this.#marks.unshift(mark);
  }

  /** Counted back from the last message that the count knew of: the page may hold newer ones. */
  #firstUnread({ unread_count: count, preview }: Conversation): string | null {
    if (count === 0) return null;
    const end = preview ? Date.parse(preview.at) : Infinity;
    const counted = this.messages.items.filter(
      (one) => one.direction === 'inbound' && Date.parse(one.date_created) <= end,
    );
    return counted[Math.max(0, counted.length - count)]?.message_id ?? null;
  }
}

function markOf({ messages, older }: MessagePage): Mark | null {
  const first = messages[0]?.message_id;
  return first && older ? { first, before: older } : null;
}
