import { Client } from '../api/client';
import { Socket } from '../api/socket';
import type { Conversation, LiveEvent, Message, Sender } from '../api/types';
import { listStrings } from '../strings/inbox';
import { ConversationActions } from './conversation-actions.svelte';
import { PageFocus } from './page-focus.svelte';
import { listChannels } from './channels';
import { Conversations } from './conversations.svelte';
import { Drafts } from './drafts.svelte';
import { ConnectionState } from './connection-state.svelte';
import { List } from './list.svelte';
import { hasFailed } from './message-status';
import { followNetwork, followTabs } from './network';
import { Notifications } from './notifications.svelte';
import { displayName } from './contact';
import { SingleFlight } from './single-flight.svelte';
import { Route } from './route.svelte';
import { Session } from './session.svelte';
import { Sound } from './sound.svelte';
import { ThemeChoice } from './theme.svelte';
import type { Thread } from './thread.svelte';
import { Threads } from './threads';
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
  readonly sound = new Sound();
  readonly notifications = new Notifications();
  readonly theme = new ThemeChoice();
  readonly focus = new PageFocus();
  readonly route = new Route();
  readonly client: Client;
  readonly session: Session;
  readonly list: List;
  readonly actions: ConversationActions;
  readonly uploads: Uploads;
  senders = $state.raw<Sender[]>([]);
  /** The number of quarantined requests that an admin sees. */
  quarantineCount = $state(0);
  /** Text for screen readers. */
  announcement = $state('');
  /** The number of rows down to the last visible one. */
  rowsInView = 0;
  /** The topmost visible message; null at the end of the thread. */
  messageInView: string | null = null;

  readonly #socket: Socket;
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
    this.notifications.onClick = (id) => this.route.goToConversation(id);
    this.list = new List(this.client, this.conversations);
    this.actions = new ConversationActions(this.client, this.conversations, this.toasts);
    this.conversations.onNewMessage = (conversation) => this.#onNewMessage(conversation);
    this.#threads = new Threads(this.client, this.drafts, (...change) =>
      this.#onMessageChange(...change),
    );
    this.uploads = new Uploads(this.client, this.drafts);
    this.#socket = new Socket({
      ticket: this.client.issueTicket,
      onEvents: (events) => this.#applyEvents(events),
      onOpen: (open) => {
        this.connection.apply({ type: 'socket', open });
        if (open) void this.resync();
      },
    });
  }

  get thread(): Thread | null {
    return this.#thread;
  }

  /** Returns the message that was topmost when the thread was left; null at its end. */
  savedPosition(id: string): string | null {
    return this.#threads.savedPosition(id);
  }

  get selected(): Conversation | undefined {
    return this.route.conversation ? this.conversations.get(this.route.conversation) : undefined;
  }

  /** Starts live updates for the signed-in user. Returns a function that stops them. */
  start(): () => void {
    const owner = this.session.user?.username ?? null;
    if (this.#owner !== null && this.#owner !== owner) this.#clear();
    this.#owner = owner;
    if (owner !== null) this.drafts.open(owner);
    this.#socket.start();
    if (this.#thread) this.#socket.watch(this.#thread.id);
    for (const id of this.drafts.pendingIds) void this.#getThread(id).pendingSends.resume();
    void this.list.load();
    void this.client.listSenders().then(
      ({ senders }) => (this.senders = senders),
      () => undefined,
    );
    if (this.session.user?.role === 'admin') {
      void this.client.listQuarantine().then(
        ({ items }) => (this.quarantineCount = items.length),
        () => undefined,
      );
    }
    const timer = setInterval(() => {
      if (document.visibilityState === 'visible') void this.resync();
    }, RESYNC_INTERVAL);
    const stops = [
      this.route.follow(),
      this.focus.follow(() => void this.resync()),
      followTabs((event) => this.#storedSettings.forEach((item) => item.onStorage(event))),
      followNetwork((online) => this.#onNetworkChange(online)),
      () => clearInterval(timer),
      () => this.#socket.stop(),
      () => this.toasts.cancel(),
    ];
    return () => stops.forEach((stop) => stop());
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
    this.route.goToConversation(null, true);
  }

  /** Shows the thread of the route's conversation. */
  showThread(id: string | null): void {
    const before = this.#thread?.id ?? null;
    if (id === before) return;
    if (before) this.#threads.savePosition(before, this.messageInView);
    this.messageInView = null;
    this.list.pinned = id;
    this.#thread = id ? this.#getThread(id) : null;
    if (!id || !this.#thread) return;
    this.#socket.watch(id);
    void this.#openThread(id, this.#thread);
  }

  /** Reloads what is on the screen. */
  resync = () => this.#resyncing.run();

  async #openThread(id: string, thread: Thread): Promise<void> {
    const load = () => this.list.loader.loadOne(id);
    await thread.open(this.conversations.get(id) ?? load);
    setTimeout(() => thread === this.#thread && void thread.refresh(), WATCH_DELAY);
  }

  async #resyncOnce(): Promise<void> {
    if (this.session.phase !== 'in') return;
    this.connection.apply({ type: 'resync-started' });
    const id = this.route.conversation;
    const reads: Promise<unknown>[] = [this.list.resync(this.rowsInView)];
    const { loadedQuery: query } = this.list;
    if (query?.filter !== 'unread' || query.channel || query.search) {
      reads.push(this.list.resyncUnread());
    }
    // A first page that is still loading needs no resync.
    const thread = this.#thread;
    if (thread && !thread.isLoadingFirstPage) reads.push(thread.resync(this.messageInView));
    if (id && !this.list.rows.some((row) => row.conversation_id === id)) {
      reads.push(this.list.loader.refresh(id));
    }
    const results = await Promise.allSettled(reads);
    if (results.every((item) => item.status === 'fulfilled'))
      this.connection.apply({ type: 'resynced' });
  }

  #applyEvents(events: LiveEvent[]): void {
    for (const event of events) {
      switch (event.type) {
        case 'conversation':
          this.conversations.apply(event);
          break;
        case 'message':
          this.#threads.get(event.message.conversation_id)?.apply(event);
          break;
        case 'intent':
          this.#threads.get(event.conversation_id)?.apply(event);
          break;
        case 'reload':
          this.#reloadConversations(event.conversation_ids);
      }
    }
  }

  /** Announces a new message of a customer. */
  #onNewMessage(conversation: Conversation): void {
    void this.sound.play('message');
    this.notifications.notify(conversation.conversation_id, displayName(conversation));
    if (conversation.conversation_id !== this.route.conversation) {
      this.announcement = listStrings.newMessage(displayName(conversation));
    }
  }

  /** Reacts to a new or changed message of a loaded thread. */
  #onMessageChange(thread: Thread, message: Message, before: Message | undefined): void {
    if (before && !hasFailed(before.status) && hasFailed(message.status)) {
      void this.sound.play('failure');
    }
    const conversation = this.conversations.get(thread.id);
    const unseen = thread !== this.#thread || !this.focus.isActive;
    if (before || message.direction === 'outbound' || !unseen || !conversation) return;
    thread.markUnread(conversation);
  }

  #reloadConversations(ids: string[]): void {
    for (const id of ids) {
      void this.list.loader.refresh(id).catch(() => undefined);
      void this.#threads.get(id)?.refresh();
    }
  }

  #getThread(id: string): Thread {
    return this.#threads.getOrCreate(id, this.#socket.watched);
  }

  #onNetworkChange(online: boolean): void {
    this.connection.apply({ type: 'network', online });
    if (!online) return;
    this.#socket.reconnectNow();
    void this.resync();
  }
}
