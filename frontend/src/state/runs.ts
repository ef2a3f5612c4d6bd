import type { Message } from '../api/types';
import { hasFailed } from './message-status';
import type { Sending } from './drafts.svelte';

/** Messages of one side within this time (ms) stand together. */
const JOIN = 3 * 60_000;

/** What a bubble shows: a stored message, or a text that is on its way to be one. */
export interface Entry {
  /** Stays the same when a text on its way becomes a stored message. */
  key: string;
  direction: 'inbound' | 'outbound';
  author: string | null;
  body: string;
  at: string;
  message: Message | null;
  sending: Sending | null;
}

/** Messages that join into one: one time and one tick under the last of them. */
export interface Run {
  key: string;
  direction: 'inbound' | 'outbound';
  entries: Entry[];
  /** The day before which a separator stands, when it differs from the run before. */
  day: string | null;
  /** The unread marker stands before this run. */
  fresh: boolean;
}

/** Stored messages, then what is on its way, each as what a bubble shows. */
export function entriesOf(messages: Message[], sending: Sending[]): Entry[] {
  const stored = messages.map((message) => ({
    key: message.idempotency_key ?? message.message_id,
    direction: message.direction,
    author: message.author,
    body: message.body,
    at: message.date_created,
    message,
    sending: null,
  }));
  const keys = new Set(stored.map((entry) => entry.key));
  const leaving = sending
    .filter((one) => !keys.has(one.key))
    .map((one) => ({
      key: one.key,
      direction: 'outbound' as const,
      author: null,
      body: one.body,
      at: one.at,
      message: null,
      sending: one,
    }));
  return [...stored, ...leaving];
}

/** Joins entries into runs: the same side and author, within three minutes, on one day. */
export function runsOf(entries: Entry[], newFrom: string | null, dayOf: (at: string) => string) {
  const runs: Run[] = [];
  let last: Entry | undefined;
  for (const entry of entries) {
    const fresh = newFrom !== null && entry.message?.message_id === newFrom;
    const newDay = !last || dayOf(last.at) !== dayOf(entry.at);
    const run = runs.at(-1);
    if (run && last && !fresh && !newDay && joins(last, entry)) run.entries.push(entry);
    else {
      const day = newDay ? entry.at : null;
      runs.push({ key: entry.key, direction: entry.direction, entries: [entry], day, fresh });
    }
    last = entry;
  }
  return runs;
}

function joins(last: Entry, next: Entry): boolean {
  if (last.direction !== next.direction) return false;
  if (last.author && next.author && last.author !== next.author) return false;
  if (last.sending?.problem || hasNote(last.message) || hasNote(next.message)) return false;
  return Date.parse(next.at) - Date.parse(last.at) < JOIN;
}

/** A message with a sentence under it stands alone, so that the tick of the others is seen. */
function hasNote(message: Message | null): boolean {
  return message !== null && (hasFailed(message.status) || message.status === 'unknown');
}
