import type { Client } from '../api/client';
import { ApiError, errorMessage } from '../api/problem';
import type { Conversation, MediaDownload, Message, MessagePage } from '../api/types';
import type { Drafts } from './drafts.svelte';
import { MediaUrls } from './media.svelte';
import type { MessageEvent } from './messages.svelte';
import { PendingSends } from './pending-sends.svelte';
import { LoadedThread } from './loaded-thread.svelte';
import { QuotedMessages } from './quoted-messages.svelte';
import { SingleFlight } from './single-flight.svelte';
import { firstUnread, includesPreview } from './unread';

/** A known conversation, a function that loads it, or `undefined` if it does not exist. */
type ConversationSource = Conversation | undefined | (() => Promise<Conversation | undefined>);

/** The thread of one conversation: its loaded messages, unread marker and pending sends. */
export class Thread extends LoadedThread {
  readonly pendingSends: PendingSends;
  /** Whether the page was loaded since the thread was opened, so that `firstUnread` is set. */
  initialized = $state(false);
  error = $state<string | null>(null);
  /** The conversation does not exist. */
  missing = $state(false);
  /** The first message that was unread when the thread was opened. */
  firstUnread = $state<string | null>(null);

  /** The conversation when the thread was opened; cleared after the newest page has loaded. */
  #source: ConversationSource = undefined;
  /** How often the thread was opened. */
  #openCount = 0;
  readonly #newestPage = new SingleFlight(() => this.#loadNewest());
  readonly #mediaUrls: MediaUrls;
  readonly #quoted: QuotedMessages;

  constructor(id: string, client: Client, drafts: Drafts) {
    super(id, client);
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
    if (this.pages.isBefore(message.message_id)) return;
    this.applyMessages([message]);
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
    const before = inView && this.pages.pageOf(inView);
    if (!before) return;
    this.messages.applyPage(await this.client.listMessages(this.id, { before }));
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
    const updated = await this.client.retryMedia(this.id, message, index);
    this.apply({ type: 'message', message: updated });
  }

  /** Returns a page of hits, newest last. */
  search(words: string, before: string | null): Promise<MessagePage> {
    return this.client.listMessages(this.id, { search: words, before });
  }

  /** Deletes a message's content, here and at Twilio. */
  async redact(message: string): Promise<void> {
    const updated = await this.client.redactMessage(this.id, message);
    this.apply({ type: 'message', message: updated });
  }

  /** Records that the contact opted out in this message. The conversation comes as a live event. */
  async recordOptOut(message_id: string): Promise<void> {
    await this.client.recordConsent(this.id, { state: 'opted_out', message_id });
  }

  async #loadNewest(): Promise<void> {
    const [openCount, source] = [this.#openCount, this.#source];
    const read = () => this.client.listMessages(this.id);
    try {
      const [firstRead, conversation] = await Promise.all([
        read(),
        typeof source === 'function' ? source() : source,
      ]);
      // Both were requested at once, so the conversation may mention a newer message.
      const isBehind = conversation && !includesPreview(firstRead.messages.at(-1), conversation);
      const page = isBehind ? await read().catch(() => firstRead) : firstRead;
      this.applyNewest(page);
      this.missing = false;
      this.error = null;
      if (openCount === this.#openCount) this.#initialize(conversation);
    } catch (thrown) {
      this.missing = thrown instanceof ApiError && thrown.status === 404;
      this.error = errorMessage(thrown);
    }
  }

  protected override applyMessages(messages: readonly Message[]): void {
    super.applyMessages(messages);
    for (const message of messages) this.pendingSends.onStored(message);
  }

  /** Sets the unread marker after the newest page has loaded. */
  #initialize(conversation: Conversation | undefined): void {
    if (conversation?.unread_count)
      this.firstUnread = firstUnread(this.messages.items, conversation);
    this.#source = undefined;
    this.initialized = true;
  }
}
