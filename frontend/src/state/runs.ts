import type { UploadedFile, Message, DisplayStatus } from '../api/types';
import { hasFailed } from './message-status';
import type { PendingSend } from './drafts.svelte';

/** Messages of one side within this time (ms) form a run. */
const MAX_GAP = 3 * 60_000;

/** What a bubble shows: a stored message or a pending send. */
export interface Entry {
  /** Stays the same when a pending send becomes a stored message. */
  key: string;
  direction: 'inbound' | 'outbound';
  author: string | null;
  body: string;
  /** Files of a pending send. */
  files: UploadedFile[];
  at: string;
  message: Message | null;
  pendingSend: PendingSend | null;
}

/** Consecutive messages with one time and one delivery status below the last. */
export interface Run {
  key: string;
  direction: 'inbound' | 'outbound';
  entries: Entry[];
  /** The day of a separator above this run, or null. */
  day: string | null;
  /** Whether the unread marker is above this run. */
  isFirstUnread: boolean;
}

/** A bubble with its position in the thread. */
export interface PositionedEntry {
  key: string;
  entry: Entry;
  /** First in its run. */
  isFirst: boolean;
  isLast: boolean;
  /** The day of a separator above it, or null. */
  day: string | null;
  isFirstUnread: boolean;
  /** Below the last bubble of an outbound run: the least advanced status of the run. */
  status: DisplayStatus | null;
}

const ORDER: DisplayStatus[] = ['unknown', 'queued', 'sending', 'sent', 'delivered', 'read'];

/** Returns the bubbles of a thread, in order: stored messages, then pending sends. */
export function layOutThread(
  messages: Message[],
  pendingSends: PendingSend[],
  firstUnread: string | null,
  dayOf: (at: string) => string,
): PositionedEntry[] {
  return positionEntries(groupRuns(toEntries(messages, pendingSends), firstUnread, dayOf));
}

/** Returns stored messages followed by pending sends. */
export function toEntries(messages: Message[], sending: PendingSend[]): Entry[] {
  const stored = messages.map(toEntry);
  const keys = new Set(stored.map((entry) => entry.key));
  const leaving = sending
    .filter((entry) => !keys.has(entry.key))
    .map((entry) => ({
      key: entry.key,
      direction: 'outbound' as const,
      author: null,
      body: entry.body,
      files: entry.media ?? [],
      at: entry.at,
      message: null,
      pendingSend: entry,
    }));
  return [...stored, ...leaving];
}

/** Caches entries: every loaded page regroups up to ten thousand messages. */
const entries = new WeakMap<Message, Entry>();

function toEntry(message: Message): Entry {
  const known = entries.get(message);
  if (known) return known;
  const entry: Entry = {
    key: message.idempotency_key ?? message.message_id,
    direction: message.direction,
    author: message.author,
    body: message.body,
    files: [],
    at: message.date_created,
    message,
    pendingSend: null,
  };
  entries.set(message, entry);
  return entry;
}

/** Caches the day and the time (ms) of each entry. */
const times = new WeakMap<Entry, { day: string; time: number }>();

function timeOf(entry: Entry, dayOf: (at: string) => string) {
  const known = times.get(entry);
  if (known) return known;
  const read = { day: dayOf(entry.at), time: Date.parse(entry.at) };
  times.set(entry, read);
  return read;
}

/** Groups entries of the same side and author, within three minutes on one day, into runs. */
export function groupRuns(
  entries: Entry[],
  firstUnread: string | null,
  dayOf: (at: string) => string,
) {
  const runs: Run[] = [];
  let last: Entry | undefined;
  for (const entry of entries) {
    const isFirstUnread = firstUnread !== null && entry.message?.message_id === firstUnread;
    const { day: itsDay, time } = timeOf(entry, dayOf);
    const before = last && timeOf(last, dayOf);
    const newDay = before?.day !== itsDay;
    const near = before !== undefined && time - before.time < MAX_GAP;
    const run = runs.at(-1);
    if (run && last && near && !isFirstUnread && !newDay && belongTogether(last, entry))
      run.entries.push(entry);
    else {
      const day = newDay ? entry.at : null;
      runs.push({
        key: entry.key,
        direction: entry.direction,
        entries: [entry],
        day,
        isFirstUnread,
      });
    }
    last = entry;
  }
  return runs;
}

/** Flattens runs into bubbles with what is shown above and below each. */
export function positionEntries(runs: Run[]): PositionedEntry[] {
  return runs.flatMap((run) =>
    run.entries.map((entry, at) => {
      const isFirst = at === 0;
      const isLast = at === run.entries.length - 1;
      const status = isLast && run.direction === 'outbound' ? leastAdvanced(run.entries) : null;
      const { day, isFirstUnread } = isFirst ? run : { day: null, isFirstUnread: false };
      return { key: entry.key, entry, isFirst, isLast, day, isFirstUnread, status };
    }),
  );
}

/** Returns the least advanced status. Failures have their own text and do not count. */
function leastAdvanced(entries: Entry[]): DisplayStatus | null {
  const known = entries.map((entry) => entry.message?.status ?? 'sending');
  return ORDER.find((entry) => known.includes(entry)) ?? null;
}

/** Returns whether two entries that are close in time form one run. */
function belongTogether(last: Entry, next: Entry): boolean {
  if (last.direction !== next.direction) return false;
  if (last.author && next.author && last.author !== next.author) return false;
  return !(last.pendingSend?.problem || hasStatusText(last.message) || hasStatusText(next.message));
}

/**
 * Returns whether a message has a text below it. It then stands alone, so that both statuses show.
 */
function hasStatusText(message: Message | null): boolean {
  return message !== null && (hasFailed(message.status) || message.status === 'unknown');
}

/** Returns a function that tells whether messages were prepended since its last call. */
export function trackPrepends(): (items: readonly PositionedEntry[]) => boolean {
  let oldest = '';
  return ([item]) => {
    const first = item?.entry.message?.message_id ?? '';
    const grown = oldest !== '' && first !== '' && first < oldest;
    oldest = first;
    return grown;
  };
}
