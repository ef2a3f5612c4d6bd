import { MIN_SEARCH_CHARACTERS } from '../api/rules';
import type { Channel, Conversation, ConversationPage, Filter } from '../api/types';
import { byActivity } from './conversations.svelte';
import { byWaiting, isWaiting } from './waiting';

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
  /** Loads the next page; null after the last one. */
  cursor: string | null;
  /** Whether more customers wait than one list can sort. */
  incomplete: boolean;
}

/** The groups of search results, in their order. */
export const GROUPS = ['waiting', 'open', 'closed'] as const;
export type Group = (typeof GROUPS)[number];

/** Returns the group to which a search result belongs. */
function groupOf(row: Conversation): Group {
  if (row.status === 'closed') return 'closed';
  return isWaiting(row) ? 'waiting' : 'open';
}

/** Returns how the rows of a view are sorted. */
export function viewOrder({
  filter,
  hits,
}: LoadedView): (a: Conversation, b: Conversation) => number {
  if (hits) return (a, b) => byGroup(a, b) || byActivity(a, b);
  return filter === 'waiting' ? byWaiting : byActivity;
}

/** Compares by group. */
const byGroup = (a: Conversation, b: Conversation) =>
  GROUPS.indexOf(groupOf(a)) - GROUPS.indexOf(groupOf(b));

/** Returns the groups of rows by the id of the conversation with which each begins. */
export function groupStarts(rows: Conversation[]): Map<string, Group> {
  const starts = rows.filter((row, at) => at === 0 || byGroup(row, rows[at - 1] ?? row) !== 0);
  return new Map(starts.map((row) => [row.conversation_id, groupOf(row)]));
}

/** Returns a key that equal queries share. */
export const queryKey = ({ filter, channel, search }: ListQuery) =>
  [search ? '' : filter, channel ?? '', search].join(' ');

/** Returns the search text that the server accepts; empty if it is too short. */
export function normalizeSearch(search: string): string {
  const text = search.trim();
  return text.length < MIN_SEARCH_CHARACTERS ? '' : text;
}

/** Returns whether a row belongs to a view. A `pinned` row stays in Waiting after it was answered. */
export function matchesView(row: Conversation, view: LoadedView, pinned: boolean): boolean {
  if (view.channel && row.channel !== view.channel) return false;
  if (view.hits && !view.hits.has(row.conversation_id)) return false;
  if (view.hits) return true;
  if (view.filter === 'closed' ? row.status !== 'closed' : row.status !== 'open') return false;
  if (view.filter === 'waiting' && !isWaiting(row) && !pinned) return false;
  if (!view.cursor || !view.lastLoadedRow) return true;
  return byActivity(row, view.lastLoadedRow) <= 0;
}

/** Returns the ids of a page's conversations. */
export function conversationIds(page: ConversationPage): Set<string> {
  return new Set(page.conversations.map((row) => row.conversation_id));
}
