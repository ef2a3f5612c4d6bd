import { MIN_SEARCH_CHARACTERS } from '../api/rules';
import type { Channel, Conversation, ConversationPage, Filter } from '../api/types';
import { byActivity } from './conversations.svelte';
import { isWaiting } from './waiting';

/** A filter, a channel and a search: together they select the conversations of a list. */
export interface ListQuery {
  filter: Filter;
  channel: Channel | null;
  search: string;
}

/** A query whose rows are on the screen, and how far it was loaded. */
export interface LoadedView extends ListQuery {
  /** The ids that the server found; null without a search. */
  hits: ReadonlySet<string> | null;
  /** The last loaded row. Rows below it may be incomplete. */
  lastLoadedRow: Conversation | null;
  /** Loads the next pages: none after the last ones. */
  more: NextPage[];
}

/** The place and the cursor of a page that is not loaded yet. */
export interface NextPage {
  filter: Filter;
  cursor: string;
}

/** The groups of search results, in their order. */
export const GROUPS = ['waiting', 'open', 'closed'] as const;
export type Group = (typeof GROUPS)[number];

/** Returns the group to which a search result belongs. */
function groupOf(row: Conversation): Group {
  if (row.status === 'closed') return 'closed';
  return isWaiting(row) ? 'waiting' : 'open';
}

/** Compares by group. */
export const byGroup = (a: Conversation, b: Conversation) =>
  GROUPS.indexOf(groupOf(a)) - GROUPS.indexOf(groupOf(b));

/** Returns the groups of rows by the id of the conversation with which each begins. */
export function groupStarts(rows: Conversation[]): Map<string, Group> {
  const starts = rows.filter((row, at) => at === 0 || byGroup(row, rows[at - 1] ?? row) !== 0);
  return new Map(starts.map((row) => [row.conversation_id, groupOf(row)]));
}

/** Returns the filters under which a query is read. A search looks in all places. */
export const filtersToRead = ({ filter, search }: ListQuery): Filter[] =>
  search ? ['open', 'closed'] : [filter];

/** Returns which of the pages, read under these filters, have a next one. */
export function nextPages(filters: Filter[], pages: ConversationPage[]): NextPage[] {
  const cursors = pages.map(({ cursor }, at) => ({ filter: filters[at], cursor }));
  return cursors.filter(
    (page): page is NextPage => page.filter !== undefined && page.cursor !== null,
  );
}

/** Returns a key that equal queries share. */
export const queryKey = ({ filter, channel, search }: ListQuery) =>
  [search ? '' : filter, channel ?? '', search].join(' ');

/** Returns the search text that the server accepts; empty if it is too short. */
export function normalizeSearch(search: string): string {
  const text = search.trim();
  return text.length < MIN_SEARCH_CHARACTERS ? '' : text;
}

/** Returns whether a row belongs to a view. A `pinned` row stays in Unread after it was read. */
export function matchesView(row: Conversation, view: LoadedView, pinned: boolean): boolean {
  if (view.channel && row.channel !== view.channel) return false;
  if (view.hits && !view.hits.has(row.conversation_id)) return false;
  if (view.hits) return true;
  if (view.filter === 'closed' ? row.status !== 'closed' : row.status !== 'open') return false;
  if (view.filter === 'unread' && row.unread_count === 0 && !pinned) return false;
  if (!view.more.length || !view.lastLoadedRow) return true;
  return byActivity(row, view.lastLoadedRow) <= 0;
}

/** Returns the ids of the conversations of pages. */
export function conversationIds(...pages: ConversationPage[]): Set<string> {
  return new Set(pages.flatMap((page) => page.conversations.map((row) => row.conversation_id)));
}
