import { MIN_SEARCH_CHARACTERS } from '../api/rules';
import type { Channel, Conversation, ConversationPage, Filter } from '../api/types';
import { byActivity } from './conversations.svelte';

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
}

/** Returns a key that equal queries share. */
export const queryKey = ({ filter, channel, search }: ListQuery) =>
  [filter, channel ?? '', search].join(' ');

/** Returns the search text that the server accepts; empty if it is too short. */
export function normalizeSearch(search: string): string {
  const text = search.trim();
  return text.length < MIN_SEARCH_CHARACTERS ? '' : text;
}

/** Returns whether a row belongs to a view. A `pinned` row stays in Unread after it was read. */
export function matchesView(row: Conversation, view: LoadedView, pinned: boolean): boolean {
  if (view.channel && row.channel !== view.channel) return false;
  if (view.hits && !view.hits.has(row.conversation_id)) return false;
  if (view.filter === 'closed' ? row.status !== 'closed' : row.status !== 'open') return false;
  if (view.filter === 'unread' && row.unread_count === 0 && !pinned) return false;
  if (view.hits || !view.cursor || !view.lastLoadedRow) return true;
  return byActivity(row, view.lastLoadedRow) <= 0;
}

/** Returns the ids of a page's conversations. */
export function conversationIds(page: ConversationPage): Set<string> {
  return new Set(page.conversations.map((row) => row.conversation_id));
}
