import { Client } from '../api/client';
import type { Conversation, Message, Sender } from '../api/types';
import { Announcer } from './announcer.svelte';
import { ConversationActions } from './conversation-actions.svelte';
import { PageFocus } from './page-focus.svelte';
import { listChannels } from './channels';
import { Conversations } from './conversations.svelte';
import { Deletions } from './deletions.svelte';
import { Drafts } from './drafts.svelte';
import { ConnectionState } from './connection-state.svelte';
import { LiveUpdates } from './live-updates';
import { List } from './list.svelte';
import { hasFailed } from './message-status';
import { followNetwork, followTabs } from './network';
import { RowOrder } from './row-order.svelte';
import { SingleFlight } from './single-flight.svelte';
import { Router } from './router.svelte';
import { Session } from './session.svelte';
import { ThemeChoice } from './theme.svelte';
import type { Thread } from './thread.svelte';
import { Threads } from './threads.svelte';
import { Toasts } from './toasts.svelte';
import { Uploads } from './uploads.svelte';

/** How often the visible page resyncs (ms). */
const RESYNC_INTERVAL = 20_000;
/** After this time (ms) the server watches an opened thread; earlier changes are reloaded. */
const WATCH_DELAY = 3000;

/** The state of the desk. Connects its parts and routes live events to them. */
export class Desk {
  readonly connection = new ConnectionState();
  readonly conversations = new Conversations();
  readonly drafts = new Drafts();
  readonly toasts = new Toasts();
  readonly announcer = new Announcer();
  readonly sound = this.announcer.sound;
  readonly notifications = this.announcer.notifications;
  readonly theme = new ThemeChoice();
  readonly focus = new PageFocus();
  readonly router = new Router();
  readonly client: Client;
  readonly session: Session;
  readonly list: List;
  readonly order: RowOrder;
  readonly actions: ConversationActions;
  readonly deletions: Deletions;
  readonly uploads: Uploads;
  senders = $state.raw<Sender[]>([]);
  /** The number of quarantined requests that an admin sees. */
  quarantineCount = $state(0);
  /** The number of rows down to the last visible one. */
  rowsInView = 0;
  /** The topmost visible message; null at the end of the thread. */
  messageInView: string | null = null;

  readonly #live: LiveUpdates;
  readonly #threads: Threads;
  readonly #storedSettings = [this.sound, this.theme, this.notifications];
  #thread = $state.raw<Thread | null>(null);
  readonly #resyncing = new SingleFlight(() => this.#resyncOnce());
  /** The user to whom the data in memory belongs. */
  #owner: string | null = null;

  readonly channels = $derived(listChannels([...this.senders, ...this.conversations.all]));

  constructor() {
    this.client = new Client({
      onReachable: (reached) => this.connection.apply({ type: 'reachability', reachable: reached }),
    });
    this.session = new Session(this.client);
    this.notifications.onClick = (id) => this.router.openConversation(id);
    this.list = new List(this.client, this.conversations);
    this.order = new RowOrder(
      () => this.list.rows,
      (id) => this.conversations.get(id),
      () => this.list.loadedQuery?.filter === 'waiting' && !this.list.loadedQuery.search,
    );
    this.actions = new ConversationActions(this.client, this.conversations, this.toasts);
    this.deletions = new Deletions(this.client, this.conversations, this.toasts);
    this.actions.onUndo = this.deletions.onUndo = (id) =>
      this.router.openConversation(id, this.router.conversation !== null);
    this.conversations.onNewMessage = (conversation) =>
      this.announcer.announceMessage(
        conversation,
        conversation.conversation_id === this.router.conversation,
      );
    this.#threads = new Threads(this.client, this.drafts, (...change) =>
      this.#onMessageChange(...change),
    );
    this.uploads = new Uploads(this.client, this.drafts);
    const { client, connection, conversations, list, resync } = this;
    const stores = { connection, conversations, list, threads: this.#threads };
    this.#live = new LiveUpdates({ client, resync, ...stores });
  }

  get thread(): Thread | null {
    return this.#thread;
  }

  /** Returns the message that was topmost when the thread was left; null at its end. */
  savedPosition(id: string): string | null {
    return this.#threads.savedPosition(id);
  }

  /** Whether the user may delete conversations. */
  get mayDelete(): boolean {
    return this.session.user?.role === 'admin';
  }

  get selected(): Conversation | undefined {
    return this.router.conversation ? this.conversations.get(this.router.conversation) : undefined;
  }

  /** Starts live updates for the signed-in user. Returns a function that stops them. */
  start(): () => void {
    const owner = this.session.user?.username ?? null;
    if (this.#owner !== null && this.#owner !== owner) this.#clear();
    this.#owner = owner;
    if (owner !== null) {
      this.drafts.open(owner);
      this.deletions.resume(owner);
    }
    this.#live.socket.start();
    if (this.#thread) this.#live.socket.watch(this.#thread.id);
    for (const id of this.drafts.pendingIds) void this.#getThread(id).pendingSends.resume();
    void this.list.load();
    this.#loadSettings();
    const timer = setInterval(() => {
      if (document.visibilityState === 'visible') void this.resync();
    }, RESYNC_INTERVAL);
    const stops = [
      this.router.follow(),
      this.focus.follow(() => void this.resync()),
      followTabs((event) => this.#storedSettings.forEach((item) => item.onStorage(event))),
      followNetwork((online) => this.#live.setOnline(online)),
      () => clearInterval(timer),
      () => this.#live.socket.stop(),
      () => this.toasts.cancel(),
    ];
    return () => stops.forEach((stop) => stop());
  }

  /** Loads what rarely changes. A failure leaves it empty until the next start. */
  #loadSettings(): void {
    const ignore = () => undefined;
    void this.client.listSenders().then(({ senders }) => (this.senders = senders), ignore);
    if (this.session.user?.role !== 'admin') return;
    const count = this.client.listQuarantine().then(({ items }) => items.length);
    void count.then((length) => (this.quarantineCount = length), ignore);
  }

  /** Finishes pending deletions, signs out and clears all data. */
  async signOut(): Promise<void> {
    await this.toasts.finish();
    await this.session.signOut();
    this.#clear();
  }

  #clear(): void {
    this.toasts.cancel();
    const stores = [this.drafts, this.uploads, this.conversations, this.list, this.#threads];
    for (const item of stores) item.clear();
    this.#thread = null;
    this.router.openConversation(null, true);
  }

  /** Shows the thread of the route's conversation. */
  showThread(id: string | null): void {
    this.list.pin(id);
    const before = this.#thread?.id ?? null;
    if (id === before) return;
    if (before) this.#threads.savePosition(before, this.messageInView);
    this.messageInView = null;
    // A conversation that came from elsewhere is shown among the rows.
    this.order.admit(id);
    this.#thread = id ? this.#getThread(id) : null;
    if (!id || !this.#thread) return;
    this.#live.socket.watch(id);
    void this.#openThread(id, this.#thread);
  }

  /** Reloads what is on the screen. */
  resync = () => this.#resyncing.run();

  async #openThread(id: string, thread: Thread): Promise<void> {
    const load = () => this.list.loader.loadOne(id);
    await thread.open(this.conversations.get(id) ?? load);
    if (thread === this.#thread) this.list.pin(id);
    setTimeout(() => thread === this.#thread && void thread.refresh(), WATCH_DELAY);
  }

  async #resyncOnce(): Promise<void> {
    if (this.session.phase !== 'in') return;
    this.connection.apply({ type: 'resync-started' });
    const reads = [this.list.resyncAll(this.rowsInView, this.router.conversation)];
    // A first page that is still loading needs no resync.
    const thread = this.#thread;
    if (thread && !thread.isLoadingFirstPage) reads.push(thread.resync(this.messageInView));
    const results = await Promise.allSettled(reads);
    const ok = results.every((result) => result.status === 'fulfilled');
    if (ok) this.connection.apply({ type: 'resynced' });
  }

  /** Reacts to a new or changed message of a loaded thread. */
  #onMessageChange(thread: Thread, message: Message, before: Message | undefined): void {
    if (before && !hasFailed(before.status) && hasFailed(message.status)) {
      this.announcer.announceFailure();
    }
    const conversation = this.conversations.get(thread.id);
    const unseen = thread !== this.#thread || !this.focus.isActive;
    if (before || message.direction === 'outbound' || !unseen || !conversation) return;
    thread.markUnread(conversation);
  }

  #getThread(id: string): Thread {
    return this.#threads.getOrCreate(id, this.#live.socket.watched);
  }
}
