import type { UploadedFile, Message, DisplayStatus } from '../api/types';
import { hasFailed } from './message-status';
import type { PendingSend } from './drafts.svelte';

/** Messages of one side within this time (ms) stand together. */
const MAX_GAP = 3 * 60_000;

/** What a bubble shows: a stored message, or a text that is on its way to be one. */
export interface Entry {
  /** Stays the same when a text on its way becomes a stored message. */
  key: string;
  direction: 'inbound' | 'outbound';
  author: string | null;
  body: string;
  /** Files of a message that is on its way. */
  files: UploadedFile[];
  at: string;
  message: Message | null;
  pendingSend: PendingSend | null;
}

/** Messages that join into one: one time and one tick under the last of them. */
export interface Run {
  key: string;
  direction: 'inbound' | 'outbound';
  entries: Entry[];
  /** The day before which a separator stands, when it differs from the run before. */
  day: string | null;
  /** The unread marker stands before this run. */
  isFirstUnread: boolean;
}

/** One bubble in its place: a thread is a list of these. */
export interface PositionedEntry {
  key: string;
  entry: Entry;
  /** Of its run. */
  isFirst: boolean;
  isLast: boolean;
  /** What stands above it: a day, the unread marker. */
  day: string | null;
  isFirstUnread: boolean;
  /** Under the last of a run of ours: one tick for all, of the one that lags behind. */
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

/** Stored messages, then what is on its way, each as what a bubble shows. */
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

/** Made once for each message: ten thousand are put into runs again with every page that is read. */
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

/** The day and the time (ms) of an entry, read once for each. */
const times = new WeakMap<Entry, { day: string; time: number }>();

function timeOf(entry: Entry, dayOf: (at: string) => string) {
  const known = times.get(entry);
  if (known) return known;
  const read = { day: dayOf(entry.at), time: Date.parse(entry.at) };
  times.set(entry, read);
  return read;
}

/** Joins entries into runs: the same side and author, within three minutes, on one day. */
export function groupRuns(entries: Entry[], newFrom: string | null, dayOf: (at: string) => string) {
  const runs: Run[] = [];
  let last: Entry | undefined;
  for (const entry of entries) {
    const isFirstUnread = newFrom !== null && entry.message?.message_id === newFrom;
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

/** The runs as one list of bubbles, each with what stands above and under it. */
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

/** Failures speak for themselves. */
function leastAdvanced(entries: Entry[]): DisplayStatus | null {
  const known = entries.map((entry) => entry.message?.status ?? 'sending');
  return ORDER.find((entry) => known.includes(entry)) ?? null;
}

/** Whether two that are near in time stand together. */
function belongTogether(last: Entry, next: Entry): boolean {
  if (last.direction !== next.direction) return false;
  if (last.author && next.author && last.author !== next.author) return false;
  return !(last.pendingSend?.problem || hasStatusText(last.message) || hasStatusText(next.message));
}

/** A message with a sentence under it stands alone, so that the tick of the others is seen. */
function hasStatusText(message: Message | null): boolean {
  return message !== null && (hasFailed(message.status) || message.status === 'unknown');
}

/** Told each time what is shown, says whether older messages came in above since the last. */
export function trackPrepends(): (places: readonly PositionedEntry[]) => boolean {
  let oldest = '';
  return ([place]) => {
    const first = place?.entry.message?.message_id ?? '';
    const grown = oldest !== '' && first !== '' && first < oldest;
    oldest = first;
    return grown;
  };
}
