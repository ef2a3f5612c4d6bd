import type { Client } from '../api/client';
import { errorMessage } from '../api/problem';
import type { Channel, Conversation, Filter } from '../api/types';
import { ConversationLoader } from './conversation-loader';
import { byActivity, isUnread, type Conversations } from './conversations.svelte';
import {
  conversationIds,
  matchesView,
  normalizeSearch,
  queryKey,
  type ListQuery,
  type LoadedView,
} from './list-query';

/** At most this many rows are read again at once. */
const RESYNC_LIMIT = 100;
const PAGE_SIZE = 30;

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
  otherFilterHits = $state<{ filter: Filter; count: number; more: boolean } | null>(null);
  /** Stays under "Unread" while it is open, though it was read by that. */
  pinned = $state<string | null>(null);

  readonly loader: ConversationLoader;
  readonly #conversations: Conversations;
  #view = $state.raw<LoadedView | null>(null);
  /** How many rows of each list were read, so that it comes back as deep as it was. */
  readonly #loadedCounts = new Map<string, number>();
  #run = 0;

  constructor(client: Client, conversations: Conversations) {
    this.loader = new ConversationLoader(client, conversations);
    this.#conversations = conversations;
  }

  readonly rows: Conversation[] = $derived.by(() => {
    const view = this.#view;
    if (!view) return [];
    return this.#conversations.all
      .filter((row) => matchesView(row, view, row.conversation_id === this.pinned))
      .sort(byActivity);
  });

  /** Nobody is open at all: a desk that has just begun, or is done. */
  get empty(): boolean {
    const view = this.#view;
    if (view?.filter !== 'open' || view.channel || view.search) return false;
    return !this.loading && this.rows.length === 0;
  }

  get hasMore(): boolean {
    return Boolean(this.#view?.cursor);
  }

  /** The filter and search of the rows on the screen, which lag behind the choice while it loads. */
  get loadedQuery(): ListQuery | null {
    return this.#view;
  }

  /** Reads the list anew for the filter and search that are chosen; the old stays until then. */
  async load(): Promise<void> {
    const run = ++this.#run;
    const query = {
      filter: this.filter,
      channel: this.channel,
      search: normalizeSearch(this.search),
    };
    const { search } = query;
    this.error = null;
    try {
      const depth = search ? PAGE_SIZE : (this.#loadedCounts.get(queryKey(query)) ?? PAGE_SIZE);
      const page = await this.loader.fetchPage(query, Math.min(RESYNC_LIMIT, depth));
      if (run !== this.#run) return;
      this.loader.applyPage(page);
      this.#conversations.apply({ type: 'listed' });
      this.#view = {
        ...query,
        hits: search ? conversationIds(page) : null,
        lastLoadedRow: page.conversations.at(-1) ?? null,
        cursor: page.cursor,
      };
      this.otherFilterHits = null;
      if (search && !page.conversations.length) await this.#searchOtherFilters(run, query);
    } catch (thrown) {
      if (run === this.#run) this.error = errorMessage(thrown);
    } finally {
      if (run === this.#run) this.loading = false;
    }
  }

  /** Reads the next rows down. */
  async loadMore(): Promise<void> {
    const view = this.#view;
    if (!view?.cursor || this.loadingMore) return;
    this.loadingMore = true;
    this.error = null;
    try {
      const page = await this.loader.fetchPage(view, PAGE_SIZE, view.cursor);
      if (!this.#view || queryKey(view) !== queryKey(this.#view)) return;
      this.loader.applyPage(page);
      this.#view = {
        ...this.#view,
        hits: this.#view.hits && new Set([...this.#view.hits, ...conversationIds(page)]),
        lastLoadedRow: page.conversations.at(-1) ?? this.#view.lastLoadedRow,
        cursor: page.cursor,
      };
      this.#loadedCounts.set(queryKey(view), this.rows.length);
    } catch (thrown) {
      this.error = errorMessage(thrown);
    } finally {
      this.loadingMore = false;
    }
  }

  /** Reads again what is on the screen, down to row `shown`. */
  async resync(rowsInView: number): Promise<void> {
    const view = this.#view;
    if (!view) return this.load();
    const limit = Math.min(RESYNC_LIMIT, Math.max(PAGE_SIZE, rowsInView));
    const shows = () => this.#view !== null && queryKey(this.#view) === queryKey(view);
    const rows = () => (shows() ? this.rows : []);
    const { ids, missing, complete } = await this.loader.loadTop(view, limit, rows);
    if (!this.#view?.hits || !shows()) return;
    // A search is ordered page by page: what is not among some of its hits may still be one.
    const gone = complete ? missing : new Set<string>();
    const known = [...this.#view.hits, ...ids].filter((id) => !gone.has(id));
    this.#view = { ...this.#view, hits: new Set(known) };
  }

  /** Reads who waits, so that the count and the title are right whatever the list shows. */
  async resyncUnread(): Promise<void> {
    await this.loader.loadTop({ filter: 'unread', channel: null, search: '' }, RESYNC_LIMIT, () =>
      this.#conversations.all.filter(isUnread).sort(byActivity),
    );
  }

  clear(): void {
    this.#run += 1;
    this.#view = null;
    this.#loadedCounts.clear();
    this.filter = 'open';
    this.channel = null;
    this.search = '';
    this.loading = true;
    this.error = this.otherFilterHits = this.pinned = null;
  }

  async #searchOtherFilters(run: number, query: ListQuery): Promise<void> {
    const { filter } = query;
    const opposite: Filter = filter === 'closed' ? 'open' : 'closed';
    const order: Filter[] = filter === 'unread' ? ['open', 'closed'] : [opposite];
    for (const next of order) {
      const page = await this.loader.fetchPage({ ...query, filter: next }, RESYNC_LIMIT);
      if (run !== this.#run) return;
      const count = page.conversations.length;
      if (count) {
        this.otherFilterHits = { filter: next, count, more: page.cursor !== null };
        return;
      }
    }
  }
}
