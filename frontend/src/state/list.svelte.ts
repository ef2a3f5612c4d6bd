import type { Client } from '../api/client';
import { errorMessage } from '../api/problem';
import { MAX_PAGE_SIZE } from '../api/rules';
import type { Channel, Conversation, Count, Filter, ListCounts } from '../api/types';
import { ConversationLoader } from './conversation-loader';
import { byActivity, type Conversations } from './conversations.svelte';
import {
  conversationIds,
  groupStarts,
  matchesView,
  normalizeSearch,
  queryKey,
  viewOrder,
  type Group,
  type ListQuery,
  type LoadedView,
} from './list-query';
import { formatCount, isWaiting } from './waiting';

/** The list of who waits. */
const WAITING: ListQuery = { filter: 'waiting', channel: null, search: '' };
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

  /** Ends when the list of a chosen filter is shown; null if it is. */
  changing: Promise<void> | null = null;

  readonly loader: ConversationLoader;
  readonly #conversations: Conversations;
  #view = $state.raw<LoadedView | null>(null);
  /** The open conversation, and how it was when it was opened. */
  #pinned = $state.raw<{ id: string; place: Conversation | null } | null>(null);
  /** How many conversations are in the lists, as the server counted them last. */
  #counts = $state.raw<ListCounts | null>(null);
  /** Whether all who wait were loaded, so that the page counts them itself. */
  #knowsWaiting = $state(false);
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
    const compare = viewOrder(view);
    return this.#conversations.all
      .filter((row) => matchesView(row, view, row.conversation_id === this.#pinned?.id))
      .map((row) => [row, this.#placeOf(row)] as const)
      .sort(([, a], [, b]) => compare(a, b))
      .map(([row]) => row);
  });

  /** The groups of search results by the id of the conversation with which each begins. */
  readonly groups: ReadonlyMap<string, Group> = $derived(
    groupStarts(this.#view?.hits ? this.rows.map((row) => this.#placeOf(row)) : []),
  );

  /**
   * Pins the open conversation: it stays under Waiting, and keeps its place among the rows although
   * its activity changes. So the next row is never one that was above it.
   */
  pin(id: string | null): void {
    if (id !== null && id === this.#pinned?.id && this.#pinned.place) return;
    this.#pinned = id === null ? null : { id, place: this.#conversations.get(id) ?? null };
  }

  /** How many wait, on the channel that is shown. */
  readonly waitingCount: Count = $derived.by(() => {
    const isCounted = (row: Conversation) =>
      isWaiting(row) && (!this.channel || row.channel === this.channel);
    const known = this.#conversations.all.filter(isCounted).length;
    const told = this.#counts?.waiting ?? { count: 0, more: false };
    if (told.more) return { count: Math.max(told.count, known), more: true };
    return this.#knowsWaiting ? { count: known, more: false } : told;
  });

  /** The number of those who wait as text; empty if there are none. */
  get waitingText(): string {
    return this.waitingCount.count > 0 ? formatCount(this.waitingCount) : '';
  }

  /** Whether more customers wait than are shown. */
  get incomplete(): boolean {
    return this.#view?.incomplete === true;
  }

  /** Whether the loaded list has no rows. */
  get isEmpty(): boolean {
    return this.#view !== null && !this.loading && !this.error && this.rows.length === 0;
  }

  get hasMore(): boolean {
    return Boolean(this.#view?.cursor);
  }

  /** The query of the rows on the screen. It differs from the chosen one while that is loading. */
  get loadedQuery(): ListQuery | null {
    return this.#view;
  }

  /** Shows the list of a filter, without a search. */
  show(filter: Filter): void {
    this.filter = filter;
    this.search = '';
    const shown = this.load().finally(() => {
      if (this.changing === shown) this.changing = null;
    });
    this.changing = shown;
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
      const page = await this.loader.fetchPage(query, Math.min(RESYNC_LIMIT, depth));
      if (run !== this.#run) return;
      this.loader.applyPage(page);
      this.#conversations.apply({ type: 'listed' });
      this.#counts = page.counts;
      this.#view = {
        ...query,
        hits: search ? conversationIds(page) : null,
        lastLoadedRow: page.conversations.at(-1) ?? null,
        cursor: page.cursor,
        incomplete: page.incomplete,
      };
    } catch (thrown) {
      if (run === this.#run) this.error = errorMessage(thrown);
    } finally {
      if (run === this.#run) this.loading = false;
    }
  }

  /** Loads the next page. */
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

  /** Reloads the rows on the screen, who waits and the open conversation. Fails if any does. */
  async resyncAll(rowsInView: number, open: string | null): Promise<void> {
    const reads = [this.resync(rowsInView)];
    const query = this.#view;
    if (query?.filter !== 'waiting' || query.channel || query.search)
      reads.push(this.resyncWaiting());
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
    const rows = () => (shows() ? this.rows : []);
    const { ids, missing, complete, counts } = await this.loader.loadTop(view, limit, rows);
    if (!this.#view || !shows()) return;
    this.#counts = counts;
    if (!this.#view.hits) return;
    // Search pages are ordered individually, so a missing row may be on a later page.
    const gone = complete ? missing : new Set<string>();
    const known = [...this.#view.hits, ...ids].filter((id) => !gone.has(id));
    this.#view = { ...this.#view, hits: new Set(known) };
  }

  /** Reloads who waits, so that their number follows live whatever the list shows. */
  async resyncWaiting(): Promise<void> {
    await this.loader.loadTop(WAITING, RESYNC_LIMIT, () =>
      this.#conversations.all.filter(isWaiting).sort(byActivity),
    );
    this.#knowsWaiting = true;
  }

  clear(): void {
    this.#run += 1;
    this.#view = null;
    this.#loadedCounts.clear();
    this.filter = 'open';
    this.channel = null;
    this.search = '';
    this.loading = true;
    this.#knowsWaiting = false;
    this.error = this.#pinned = this.#counts = null;
  }

  #placeOf(row: Conversation): Conversation {
    return (row.conversation_id === this.#pinned?.id && this.#pinned.place) || row;
  }
}
