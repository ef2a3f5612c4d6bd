import type { Client } from '../api/client';
import { ApiError, sentenceOf } from '../api/problem';
import type { Conversation, Message, MessagePage } from '../api/types';
import type { Drafts } from './drafts.svelte';
import { Messages, type MessageEvent } from './messages.svelte';
import { Outbox } from './outbox.svelte';

/** A page that was read: with which cursor, and what it began with. */
interface ReadPage {
  before: string | null;
  first: string;
}

/** One conversation's thread: what was read of it, where "new" begins, what is leaving. */
export class Thread {
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
  #pages: ReadPage[] = [];
  #loading: Promise<void> | null = null;

  constructor(id: string, client: Client, drafts: Drafts) {
    this.id = id;
    this.#client = client;
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

  /** Reads the newest page, and marks where the unread ones begin. */
  async open(conversation: Conversation | undefined): Promise<void> {
    this.newFrom = null;
    this.opened = false;
    await this.refresh();
    const unread = conversation?.unread_count ?? 0;
    if (unread > 0) this.newFrom = this.#firstUnread(unread);
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
    const page = inView ? this.#pageOf(inView) : undefined;
    if (!page?.before) return;
    this.messages.applyPage(await this.#client.listMessages(this.id, { before: page.before }));
  }

  /** Reads the page before the oldest one. */
  async older(): Promise<void> {
    const before = this.#older;
    if (!before || this.loadingOlder) return;
    this.loadingOlder = true;
    this.olderError = null;
    try {
      const page = await this.#client.listMessages(this.id, { before });
      if (before !== this.#older) return;
      this.messages.applyPage(page);
      this.#reached(page, before);
    } catch (thrown) {
      this.olderError = sentenceOf(thrown);
    } finally {
      this.loadingOlder = false;
    }
  }

  async #readNewest(): Promise<void> {
    try {
      const known = this.messages.newest?.message_id;
      const page = await this.#client.listMessages(this.id);
      const first = page.messages[0]?.message_id;
      // More came than one page holds: what lies between is not known, so begin anew from here.
      const gap = known !== undefined && first !== undefined && first > known && page.older;
      if (gap) this.messages.forget();
      this.messages.applyPage(page);
      for (const message of page.messages) this.outbox.stored(message);
      if (gap || !this.loaded) {
        this.#pages = [];
        this.#reached(page, null);
      }
      this.loaded = true;
      this.missing = false;
      this.error = null;
    } catch (thrown) {
      this.missing = thrown instanceof ApiError && thrown.status === 404;
      this.error = sentenceOf(thrown);
    }
  }

  #reached(page: MessagePage, before: string | null): void {
    this.#older = page.older;
    this.hasOlder = page.older !== null;
    const first = page.messages[0]?.message_id;
    if (first) this.#pages.push({ before, first });
  }

  #pageOf(message_id: string): ReadPage | undefined {
    return this.#pages.find((page) => page.first <= message_id);
  }

  #firstUnread(count: number): string | null {
    const inbound = this.messages.items.filter((one: Message) => one.direction === 'inbound');
    return inbound[Math.max(0, inbound.length - count)]?.message_id ?? null;
  }
}
