import type { Attached, Message, MessageStatus } from '../api/types';
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
  /** Files of a message that is on its way. */
  files: Attached[];
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

/** One bubble in its place: a thread is a list of these. */
export interface Placed {
  key: string;
  entry: Entry;
  /** Of its run. */
  first: boolean;
  last: boolean;
  /** What stands above it: a day, the unread marker. */
  day: string | null;
  fresh: boolean;
  /** Under the last of a run of ours: one tick for all, of the one that lags behind. */
  status: MessageStatus | null;
}

const ORDER: MessageStatus[] = ['unknown', 'queued', 'sending', 'sent', 'delivered', 'read'];

/** Stored messages, then what is on its way, each as what a bubble shows. */
export function entriesOf(messages: Message[], sending: Sending[]): Entry[] {
  const stored = messages.map(entryOf);
  const keys = new Set(stored.map((entry) => entry.key));
  const leaving = sending
    .filter((one) => !keys.has(one.key))
    .map((one) => ({
      key: one.key,
      direction: 'outbound' as const,
      author: null,
      body: one.body,
      files: one.media ?? [],
      at: one.at,
      message: null,
      sending: one,
    }));
  return [...stored, ...leaving];
}

/** Made once for each message: ten thousand are put into runs again with every page that is read. */
const entries = new WeakMap<Message, Entry>();

function entryOf(message: Message): Entry {
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
    sending: null,
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
export function runsOf(entries: Entry[], newFrom: string | null, dayOf: (at: string) => string) {
  const runs: Run[] = [];
  let last: Entry | undefined;
  for (const entry of entries) {
    const fresh = newFrom !== null && entry.message?.message_id === newFrom;
    const { day: itsDay, time } = timeOf(entry, dayOf);
    const before = last && timeOf(last, dayOf);
    const newDay = before?.day !== itsDay;
    const near = before !== undefined && time - before.time < JOIN;
    const run = runs.at(-1);
    if (run && last && near && !fresh && !newDay && joins(last, entry)) run.entries.push(entry);
    else {
      const day = newDay ? entry.at : null;
      runs.push({ key: entry.key, direction: entry.direction, entries: [entry], day, fresh });
    }
    last = entry;
  }
  return runs;
}

/** The runs as one list of bubbles, each with what stands above and under it. */
export function placesOf(runs: Run[]): Placed[] {
  return runs.flatMap((run) =>
    run.entries.map((entry, at) => {
      const first = at === 0;
      const last = at === run.entries.length - 1;
      const status = last && run.direction === 'outbound' ? lagging(run.entries) : null;
      const { day, fresh } = first ? run : { day: null, fresh: false };
      return { key: entry.key, entry, first, last, day, fresh, status };
    }),
  );
}

/** Failures speak for themselves. */
function lagging(entries: Entry[]): MessageStatus | null {
  const known = entries.map((entry) => entry.message?.status ?? 'sending');
  return ORDER.find((one) => known.includes(one)) ?? null;
}

/** Whether two that are near in time stand together. */
function joins(last: Entry, next: Entry): boolean {
  if (last.direction !== next.direction) return false;
  if (last.author && next.author && last.author !== next.author) return false;
  return !(last.sending?.problem || hasNote(last.message) || hasNote(next.message));
}

/** A message with a sentence under it stands alone, so that the tick of the others is seen. */
function hasNote(message: Message | null): boolean {
  return message !== null && (hasFailed(message.status) || message.status === 'unknown');
}

/** Told each time what is shown, says whether older messages came in above since the last. */
export function grownAbove(): (places: readonly Placed[]) => boolean {
  let oldest = '';
  return ([place]) => {
    const first = place?.entry.message?.message_id ?? '';
    const grown = oldest !== '' && first !== '' && first < oldest;
    oldest = first;
    return grown;
  };
}
