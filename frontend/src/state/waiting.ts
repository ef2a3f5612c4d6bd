import type { Conversation } from '../api/types';

/** How long (ms) a customer may wait before the row is marked. */
export const WAITING_TARGET = 5 * 60_000;

/** Returns since when the customer waits for an answer (ISO 8601); null if they do not. */
export function waitingSince({ status, preview }: Conversation): string | null {
  return status === 'open' && preview?.direction === 'inbound' ? preview.at : null;
}

/** Returns whether the customer waits for an answer. */
export const isWaiting = (conversation: Conversation) => waitingSince(conversation) !== null;

/** Returns how long the customer has waited (ms); null if they do not wait. */
export function waitedFor(conversation: Conversation, now: number): number | null {
  const since = waitingSince(conversation);
  return since === null ? null : Math.max(0, now - Date.parse(since));
}
