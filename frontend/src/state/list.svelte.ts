import type { Client } from '../api/client';
import { ApiError, sentenceOf } from '../api/problem';
import type { Channel, Conversation, ConversationPage, Filter } from '../api/types';
import { byActivity, waits, type Conversations } from './conversations.svelte';

/** What was chosen. */
type Wish = Pick<View, 'filter' | 'channel' | 'search'>;

/** What is on the screen: a filter, a search, and how far down it was read. */
interface View {
  filter: Filter;
  channel: Channel | null;
  search: string;
  /** With a search: the conversations that the server found. */
  found: ReadonlySet<string> | null;
  /** The last row that was read; rows below it are not known to be complete. */
  horizon: Conversation | null;
  cursor: string | null;
}

/** At most this many rows are read again at once. */
const HEAL_LIMIT = 100;
const PAGE = 30;

/** The list on the left: which conversations it shows, in which order, and how it reads more. */
export class List {
  filter = $state<Filter>('open');
  /** Only conversations of this channel. */
  channel = $state<Channel | null>(null);
  search = $state('');
  /** Nothing has been read yet. */
  loading = $state(true);
  loadingMore = $state(false);
  error = $state<string | null>(null);
  /** With a search that found nothing: how many match under another filter. */
  elsewhere = $state<{ filter: Filter; count: number; more: boolean } | null>(null);
  /** Stays under "Unread" while it is open, though it was read by that. */
  pinned = $state<string | null>(null);

  readonly #client: Client;
  readonly #conversations: Conversations;
  #view = $state.raw<View | null>(null);
  /** How many rows of each list were read, so that it comes back as deep as it was. */
  readonly #depths = new Map<string, number>();
  #run = 0;

  constructor(client: Client, conversations: Conversations) {
    this.#client = client;
    this.#conversations = conversations;
  }

  readonly rows: Conversation[] = $derived.by(() => {
    const view = this.#view;
    if (!view) return [];
    return this.#conversations.all.filter((row) => this.#belongs(row, view)).sort(byActivity);
  });

  /** Nobody is open at all: a desk that has just begun, or is done. */
  get empty(): boolean {
    const view = this.#view;
    return (
      view?.filter === 'open' &&
      !view.channel &&
      !view.search &&
      !this.loading &&
      this.rows.length === 0
    );
  }

  get hasMore(): boolean {
    return Boolean(this.#view?.cursor);
  }

  /** The filter and search of the rows on the screen, which lag behind the choice while it loads. */
  get shown(): { filter: Filter; channel: Channel | null; search: string } | null {
    return this.#view;
  }

  /** Reads the list anew for the filter and search that are chosen; the old stays until then. */
  async load(): Promise<void> {
    const run = ++this.#run;
    const wish = { filter: this.filter, channel: this.channel, search: wanted(this.search) };
    const { search } = wish;
    this.error = null;
    try {
      const depth = search ? PAGE : (this.#depths.get(keyOf(wish)) ?? PAGE);
      const page = await this.#read(wish, Math.min(HEAL_LIMIT, depth));
      if (run !== this.#run) return;
      this.#take(page);
      this.#conversations.apply({ type: 'listed' });
      this.#view = {
        ...wish,
        found: search ? new Set(page.conversations.map((row) => row.conversation_id)) : null,
        horizon: page.conversations.at(-1) ?? null,
        cursor: page.cursor,
      };
      this.elsewhere = null;
      if (search && !page.conversations.length) await this.#lookElsewhere(run, wish);
    } catch (thrown) {
      if (run === this.#run) this.error = sentenceOf(thrown);
    } finally {
      if (run === this.#run) this.loading = false;
    }
  }

  /** Reads the next rows down. */
  async more(): Promise<void> {
    const view = this.#view;
    if (!view?.cursor || this.loadingMore) return;
    this.loadingMore = true;
    this.error = null;
    try {
      const page = await this.#read(view, PAGE, view.cursor);
      if (!this.#view || keyOf(view) !== keyOf(this.#view)) return;
      this.#take(page);
      this.#view = {
        ...this.#view,
        found: this.#view.found && new Set([...this.#view.found, ...idsOf(page)]),
        horizon: page.conversations.at(-1) ?? this.#view.horizon,
        cursor: page.cursor,
      };
      this.#depths.set(keyOf(view), this.rows.length);
    } catch (thrown) {
      this.error = sentenceOf(thrown);
    } finally {
      this.loadingMore = false;
    }
  }

  /** Reads again what is on the screen, down to row `shown`. */
  async heal(shown: number): Promise<void> {
    const view = this.#view;
    if (!view) return this.load();
    const limit = Math.min(HEAL_LIMIT, Math.max(PAGE, shown));
    const shows = () => this.#view !== null && keyOf(this.#view) === keyOf(view);
    const rows = () => (shows() ? this.rows : []);
    const { found, lacking, whole } = await this.#reread(view, limit, rows);
    if (!this.#view?.found || !shows()) return;
    // A search is ordered page by page: what is not among some of its hits may still be one.
    const gone = whole ? lacking : new Set<string>();
    const known = [...this.#view.found, ...found].filter((id) => !gone.has(id));
    this.#view = { ...this.#view, found: new Set(known) };
  }

  /** Reads who waits, so that the count and the title are right whatever the list shows. */
  async healWaiting(): Promise<void> {
    await this.#reread({ filter: 'unread', channel: null, search: '' }, HEAL_LIMIT, () =>
      this.#conversations.all.filter(waits).sort(byActivity),
    );
  }

  /** Asks for a conversation that is not known; undefined where there is none. A list may tell of it meanwhile. */
  async ask(id: string): Promise<Conversation | undefined> {
    await this.refresh(id).catch((thrown: unknown) => {
      if (!this.#conversations.get(id)) throw thrown;
    });
    return this.#conversations.get(id);
  }

  /** Takes one conversation as it is now, or that it is gone. */
  async refresh(id: string): Promise<void> {
    // By the time the answer is here they may have begun it anew.
    const rev = this.#conversations.get(id)?.rev ?? 0;
    try {
      const conversation = await this.#client.getConversation(id);
      this.#conversations.apply({ type: 'conversation', conversation });
    } catch (thrown) {
      if (!(thrown instanceof ApiError) || thrown.status !== 404) throw thrown;
      this.#conversations.apply({ type: 'gone', conversation_id: id, rev });
    }
  }

  clear(): void {
    this.#run += 1;
    this.#view = null;
    this.#depths.clear();
    this.filter = 'open';
    this.channel = null;
    this.search = '';
    this.loading = true;
    this.error = this.elsewhere = this.pinned = null;
  }

  /**
   * Reads the top of a list. A row that should stand in the part that was read and does not is
   * read by id: the index may lag, the conversation itself does not.
   */
  async #reread(wish: Wish, limit: number, expected: () => Conversation[]) {
    const page = await this.#read(wish, limit);
    this.#take(page);
    const found = idsOf(page);
    const last = page.cursor === null ? null : page.conversations.at(-1);
    const lacking = expected().filter(
      (row) => !found.has(row.conversation_id) && (!last || byActivity(row, last) < 0),
    );
    await Promise.all(lacking.map((row) => this.refresh(row.conversation_id)));
    const whole = page.cursor === null;
    return { found, lacking: new Set(lacking.map((row) => row.conversation_id)), whole };
  }

  #belongs(row: Conversation, view: View): boolean {
    if (view.channel && row.channel !== view.channel) return false;
    if (view.found && !view.found.has(row.conversation_id)) return false;
    const pinned = row.conversation_id === this.pinned && view.filter === 'unread';
    if (view.filter === 'closed' ? row.status !== 'closed' : row.status !== 'open') return false;
    if (view.filter === 'unread' && row.unread_count === 0 && !pinned) return false;
    return (
      view.found !== null || !view.cursor || !view.horizon || byActivity(row, view.horizon) <= 0
    );
  }

  #read({ filter, channel, search }: Wish, limit: number, cursor: string | null = null) {
    const more = { ...(channel ? { channel } : {}), ...(search ? { search } : {}) };
    return this.#client.listConversations({ filter, limit, cursor, ...more });
  }

  #take(page: ConversationPage): void {
    for (const conversation of page.conversations) {
      this.#conversations.apply({ type: 'conversation', conversation });
    }
  }

  async #lookElsewhere(run: number, wish: Wish): Promise<void> {
    const { filter } = wish;
    const other: Filter = filter === 'closed' ? 'open' : 'closed';
    const order: Filter[] = filter === 'unread' ? ['open', 'closed'] : [other];
    for (const next of order) {
      const page = await this.#read({ ...wish, filter: next }, HEAL_LIMIT);
      if (run !== this.#run) return;
      const count = page.conversations.length;
      if (count) {
        this.elsewhere = { filter: next, count, more: page.cursor !== null };
        return;
      }
    }
  }
}

const keyOf = ({ filter, channel, search }: Wish) => [filter, channel ?? '', search].join(' ');

/** The server looks for two characters or more; less is no search. */
function wanted(search: string): string {
  const text = search.trim();
  return text.length < 2 ? '' : text;
}

function idsOf(page: ConversationPage): Set<string> {
  return new Set(page.conversations.map((row) => row.conversation_id));
}
