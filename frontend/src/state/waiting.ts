import type { Conversation, Count } from '../api/types';

/** How long (ms) a customer may wait before the row is marked. */
export const WAITING_TARGET = 5 * 60_000;

/** Returns whether a conversation is open and unread, or its customer waits for an answer. */
export function isWaiting({ status, unread_count, waiting_since }: Conversation): boolean {
  return status === 'open' && (unread_count > 0 || waiting_since !== null);
}

/** Returns since when the customer waits for an answer (ISO 8601); null if they do not. */
export const waitingSince = ({ status, waiting_since }: Conversation): string | null =>
  status === 'open' ? waiting_since : null;

/** Returns how long the customer has waited (ms); null if they do not wait. */
export function waitedFor(conversation: Conversation, now: number): number | null {
  const since = waitingSince(conversation);
  return since === null ? null : Math.max(0, now - Date.parse(since));
}

/** Compares by waiting time, the longest first. What was only marked unread has its last activity. */
export function byWaiting(a: Conversation, b: Conversation): number {
  const since = (row: Conversation) => Date.parse(row.waiting_since ?? row.date_updated);
  return since(a) - since(b) || (a.conversation_id < b.conversation_id ? -1 : 1);
}

/** Formats a count: "7", "99+" above 99, "12+" if there may be more. */
export const formatCount = ({ count, more }: Count): string =>
  `${String(Math.min(count, 99))}${more || count > 99 ? '+' : ''}`;
