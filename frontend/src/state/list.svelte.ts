import type { Client } from '../api/client';
import { errorMessage } from '../api/problem';
import { MAX_PAGE_SIZE } from '../api/rules';
import type { Channel, Conversation, Filter } from '../api/types';
import { ConversationLoader } from './conversation-loader';
import { byActivity, isUnread, type Conversations } from './conversations.svelte';
import {
  byGroup,
  conversationIds,
  groupStarts,
  matchesView,
  nextPages,
  normalizeSearch,
  filtersToRead,
  queryKey,
  type Group,
  type ListQuery,
  type LoadedView,
} from './list-query';

/** The maximum number of rows that one resync loads. */
const RESYNC_LIMIT = MAX_PAGE_SIZE;
const PAGE_SIZE = 30;

/** The conversation list: its query, its rows and how more rows are loaded. */
export class List {
  filter = $state<Filter>('open');
  /** Shows only conversations of this channel. */
  channel = $state<Channel | null>(null);
  search = $state('');
  /** No page has been loaded yet. */
  loading = $state(true);
  loadingMore = $state(false);
  error = $state<string | null>(null);

  readonly loader: ConversationLoader;
  readonly #conversations: Conversations;
  #view = $state.raw<LoadedView | null>(null);
  /** The open conversation, and how it was when it was opened. */
  #pinned = $state.raw<{ id: string; place: Conversation | null } | null>(null);
  /** The number of rows loaded for each query, restored when the query is shown again. */
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
      .filter((row) => matchesView(row, view, row.conversation_id === this.#pinned?.id))
      .map((row) => [row, this.#placeOf(row)] as const)
      .sort(([, a], [, b]) => (view.hits ? byGroup(a, b) : 0) || byActivity(a, b))
      .map(([row]) => row);
  });

  /** The groups of search results by the id of the conversation with which each begins. */
  readonly groups: ReadonlyMap<string, Group> = $derived(
    groupStarts(this.#view?.hits ? this.rows.map((row) => this.#placeOf(row)) : []),
  );

  /**
   * Pins the open conversation: it stays under Unread, and keeps its place among the rows although
   * its activity changes. So the next row is never one that was above it.
   */
  pin(id: string | null): void {
    if (id !== null && id === this.#pinned?.id && this.#pinned.place) return;
    this.#pinned = id === null ? null : { id, place: this.#conversations.get(id) ?? null };
  }

  /** Whether the loaded list has no rows. */
  get isEmpty(): boolean {
    return this.#view !== null && !this.loading && !this.error && this.rows.length === 0;
  }

  get hasMore(): boolean {
    return Boolean(this.#view?.more.length);
  }

  /** The query of the rows on the screen. It differs from the chosen one while that is loading. */
  get loadedQuery(): ListQuery | null {
    return this.#view;
  }

  /** Shows the list of a filter, without a search. */
  show(filter: Filter): void {
    this.filter = filter;
    this.search = '';
    void this.load();
  }

  /** Loads the list of the chosen query. The old rows stay until then. */
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
      const places = filtersToRead(query);
      const limit = Math.min(RESYNC_LIMIT, depth);
      const pages = await Promise.all(
        places.map((filter) => this.loader.fetchPage({ ...query, filter }, limit)),
      );
      if (run !== this.#run) return;
      for (const page of pages) this.loader.applyPage(page);
      this.#conversations.apply({ type: 'listed' });
      this.#view = {
        ...query,
        hits: search ? conversationIds(...pages) : null,
        lastLoadedRow: pages[0]?.conversations.at(-1) ?? null,
        more: nextPages(places, pages),
      };
    } catch (thrown) {
      if (run === this.#run) this.error = errorMessage(thrown);
    } finally {
      if (run === this.#run) this.loading = false;
    }
  }

  /** Loads the next page of each place. */
  async loadMore(): Promise<void> {
    const view = this.#view;
    if (!view?.more.length || this.loadingMore) return;
    this.loadingMore = true;
    this.error = null;
    try {
      const pages = await Promise.all(
        view.more.map(({ filter, cursor }) =>
          this.loader.fetchPage({ ...view, filter }, PAGE_SIZE, cursor),
        ),
      );
      if (!this.#view || queryKey(view) !== queryKey(this.#view)) return;
      for (const page of pages) this.loader.applyPage(page);
      this.#view = {
        ...this.#view,
        hits: this.#view.hits && new Set([...this.#view.hits, ...conversationIds(...pages)]),
        lastLoadedRow: pages[0]?.conversations.at(-1) ?? this.#view.lastLoadedRow,
        more: nextPages(
          view.more.map(({ filter }) => filter),
          pages,
        ),
      };
      this.#loadedCounts.set(queryKey(view), this.rows.length);
    } catch (thrown) {
      this.error = errorMessage(thrown);
    } finally {
      this.loadingMore = false;
    }
  }

  /** Reloads the rows on the screen, the unread conversations and the open one. Fails if any does. */
  async resyncAll(rowsInView: number, open: string | null): Promise<void> {
    const reads = [this.resync(rowsInView)];
    const query = this.#view;
    if (query?.filter !== 'unread' || query.channel || query.search)
      reads.push(this.resyncUnread());
    const isListed = this.rows.some((row) => row.conversation_id === open);
    if (open && !isListed) reads.push(this.loader.refresh(open));
    const failed = (await Promise.allSettled(reads)).find(({ status }) => status === 'rejected');
    if (failed) throw (failed as PromiseRejectedResult).reason;
  }

  /** Reloads the rows on the screen, down to row `rowsInView`. */
  async resync(rowsInView: number): Promise<void> {
    const view = this.#view;
    if (!view) return this.load();
    const limit = Math.min(RESYNC_LIMIT, Math.max(PAGE_SIZE, rowsInView));
    const shows = () => this.#view !== null && queryKey(this.#view) === queryKey(view);
    const isIn = (row: Conversation, filter: Filter) =>
      !view.hits || row.status === (filter === 'closed' ? 'closed' : 'open');
    const loaded = await Promise.all(
      filtersToRead(view).map((filter) =>
        this.loader.loadTop({ ...view, filter }, limit, () =>
          shows() ? this.rows.filter((row) => isIn(row, filter)) : [],
        ),
      ),
    );
    if (!this.#view?.hits || !shows()) return;
    const ids = loaded.flatMap((top) => [...top.ids]);
    // Search pages are ordered individually, so a missing row may be on a later page.
    const gone = new Set(loaded.flatMap((top) => (top.complete ? [...top.missing] : [])));
    const known = [...this.#view.hits, ...ids].filter((id) => !gone.has(id) || ids.includes(id));
    this.#view = { ...this.#view, hits: new Set(known) };
  }

  /** Reloads the unread conversations, so that their count is right whatever the list shows. */
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
    this.error = this.#pinned = null;
  }

  #placeOf(row: Conversation): Conversation {
    return (row.conversation_id === this.#pinned?.id && this.#pinned.place) || row;
  }
}
