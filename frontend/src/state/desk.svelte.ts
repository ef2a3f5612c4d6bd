import { Client } from '../api/client';
import { Socket } from '../api/socket';
import type { Conversation, LiveEvent, Message, Sender } from '../api/types';
import { strings } from '../strings';
import { Acts } from './acts.svelte';
import { Attention } from './attention.svelte';
import { channelsOf } from './channels';
import { Conversations } from './conversations.svelte';
import { Drafts } from './drafts.svelte';
import { LineState } from './line-state.svelte';
import { List } from './list.svelte';
import { hasFailed } from './message-status';
import { followNetwork, followTabs } from './network';
import { Notices } from './notices.svelte';
import { nameOf } from './person';
import { Reading } from './reading.svelte';
import { Route } from './route.svelte';
import { Session } from './session.svelte';
import { Sound } from './sound.svelte';
import { ThemeChoice } from './theme.svelte';
import type { Thread } from './thread.svelte';
import { Threads } from './threads';
import { Toasts } from './toasts.svelte';
import { Uploads } from './uploads.svelte';

/** What is shown is read again this often (ms) while somebody can see it. */
const HEAL_EVERY = 20_000;
/** So soon (ms) after a thread was opened the server has heard that it is watched: what came before that is read. */
const WATCHED_BY = 3000;

/** The whole desk: puts the parts together, and brings every event to where it belongs. */
export class Desk {
  readonly line = new LineState();
  readonly conversations = new Conversations();
  readonly drafts = new Drafts();
  readonly toasts = new Toasts();
  readonly sound = new Sound();
  readonly notices = new Notices();
  readonly theme = new ThemeChoice();
  readonly attention = new Attention();
  readonly route = new Route();
  readonly client: Client;
  readonly session: Session;
  readonly list: List;
  readonly acts: Acts;
  readonly uploads: Uploads;
  senders = $state.raw<Sender[]>([]);
  /** How much is held back, for an admin. */
  quarantined = $state(0);
  /** Said to those who listen to the screen. */
  announcement = $state('');
  /** How many rows of the list were scrolled through so far. */
  rowsInView = 0;
  /** The topmost message in view, when it is not the newest page. */
  messageInView: string | null = null;

  readonly #socket: Socket;
  readonly #threads: Threads;
  readonly #followed = [this.sound, this.theme, this.notices];
  #thread = $state.raw<Thread | null>(null);
  readonly #healing = new Reading(() => this.#heal());
  /** Whose work this is: the next person finds nothing of it. */
  #owner: string | null = null;

  readonly channels = $derived(channelsOf([...this.senders, ...this.conversations.all]));

  constructor() {
    this.client = new Client({
      onReach: (reached) => this.line.apply({ type: 'reached', reached }),
    });
    this.session = new Session(this.client);
    this.notices.onPress = (id) => this.route.go(id);
    this.list = new List(this.client, this.conversations);
    this.acts = new Acts(this.client, this.conversations, this.toasts);
    this.conversations.onNews = (conversation) => this.#tell(conversation);
    this.#threads = new Threads(this.client, this.drafts, (...change) => this.#changed(...change));
    this.uploads = new Uploads(this.client, this.drafts);
    this.#socket = new Socket({
      ticket: this.client.issueTicket,
      onEvents: (events) => this.#hear(events),
      onOpen: (open) => {
        this.line.apply({ type: 'socket', open });
        if (open) void this.heal();
      },
    });
  }

  get thread(): Thread | null {
    return this.#thread;
  }

  /** The message that was topmost when this thread was left; null at its end. */
  leftOf(id: string): string | null {
    return this.#threads.leftOf(id);
  }

  get selected(): Conversation | undefined {
    return this.route.conversation ? this.conversations.get(this.route.conversation) : undefined;
  }

  /** Begins work for whoever has signed in. Returns how to end it. */
  begin(): () => void {
    const owner = this.session.user?.username ?? null;
    if (this.#owner !== null && this.#owner !== owner) this.#forget();
    this.#owner = owner;
    if (owner !== null) this.drafts.open(owner);
    this.#socket.start();
    if (this.#thread) this.#socket.watch(this.#thread.id);
    for (const id of this.drafts.leaving) void this.#threadOf(id).outbox.resume();
    void this.list.load();
    void this.client.listSenders().then(
      ({ senders }) => (this.senders = senders),
      () => undefined,
    );
    if (this.session.user?.role === 'admin') {
      void this.client.listQuarantine().then(
        ({ items }) => (this.quarantined = items.length),
        () => undefined,
      );
    }
    const timer = setInterval(() => {
      if (document.visibilityState === 'visible') void this.heal();
    }, HEAL_EVERY);
    const stops = [
      this.route.follow(),
      this.attention.follow(() => void this.heal()),
      followTabs((event) => this.#followed.forEach((one) => one.heard(event))),
      followNetwork((online) => this.#networkChanged(online)),
      () => clearInterval(timer),
      () => this.#socket.stop(),
      () => this.toasts.drop(),
    ];
    return () => stops.forEach((stop) => stop());
  }

  /** Leaves nothing of one person's work to the next; what was said to be done is done before. */
  async signOut(): Promise<void> {
    await this.toasts.settle();
    await this.session.signOut();
    this.#forget();
  }

  #forget(): void {
    this.toasts.drop();
    const kept = [this.drafts, this.uploads, this.conversations, this.list, this.#threads];
    for (const one of kept) one.clear();
    this.#thread = null;
    this.route.go(null, true);
  }

  /** Brings the thread in step with the address. */
  show(id: string | null): void {
    const before = this.#thread?.id ?? null;
    if (id === before) return;
    if (before) this.#threads.leave(before, this.messageInView);
    this.messageInView = null;
    this.list.pinned = id;
    this.#thread = id ? this.#threadOf(id) : null;
    if (!id || !this.#thread) return;
    this.#socket.watch(id);
    void this.#open(id, this.#thread);
  }

  /** Reads again what is on the screen. */
  heal = () => this.#healing.anew();

  async #open(id: string, thread: Thread): Promise<void> {
    const ask = () => this.list.ask(id);
    await thread.open(this.conversations.get(id) ?? ask);
    setTimeout(() => thread === this.#thread && void thread.refresh(), WATCHED_BY);
  }

  async #heal(): Promise<void> {
    if (this.session.phase !== 'in') return;
    this.line.apply({ type: 'healing' });
    const id = this.route.conversation;
    const reads: Promise<unknown>[] = [this.list.heal(this.rowsInView)];
    const { shown } = this.list;
    if (shown?.filter !== 'unread' || shown.channel || shown.search) {
      reads.push(this.list.healWaiting());
    }
    // What is still on its way is read again by itself.
    const thread = this.#thread;
    if (thread && !thread.arriving) reads.push(thread.heal(this.messageInView));
    if (id && !this.list.rows.some((row) => row.conversation_id === id)) {
      reads.push(this.list.refresh(id));
    }
    const ended = await Promise.allSettled(reads);
    if (ended.every((one) => one.status === 'fulfilled')) this.line.apply({ type: 'healed' });
  }

  #hear(events: LiveEvent[]): void {
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
          this.#reload(event.conversation_ids);
      }
    }
  }

  /** A customer has written, whether it was pushed or read first. */
  #tell(conversation: Conversation): void {
    void this.sound.play('message');
    this.notices.tell(conversation.conversation_id, nameOf(conversation));
    if (conversation.conversation_id !== this.route.conversation) {
      this.announcement = strings.list.arrived(nameOf(conversation));
    }
  }

  /** A message came, or is another by now. */
  #changed(thread: Thread, now: Message, before: Message | undefined): void {
    if (before && !hasFailed(before.status) && hasFailed(now.status)) {
      void this.sound.play('failure');
    }
    const conversation = this.conversations.get(thread.id);
    const unseen = thread !== this.#thread || !this.attention.here;
    if (before || now.direction === 'outbound' || !unseen || !conversation) return;
    thread.arrivedUnseen(conversation);
  }

  #reload(ids: string[]): void {
    for (const id of ids) {
      void this.list.refresh(id).catch(() => undefined);
      void this.#threads.get(id)?.refresh();
    }
  }

  #threadOf(id: string): Thread {
    return this.#threads.of(id, this.#socket.watched);
  }

  #networkChanged(online: boolean): void {
    this.line.apply({ type: 'network', online });
    if (!online) return;
    this.#socket.hurry();
    void this.heal();
  }
}
