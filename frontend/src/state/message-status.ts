import type { Intent, Message, MessageStatus, Seen, SeenMap, TwilioStatus } from '../api/types';

/** An intent as the page knows it. `settled` is the end: no state comes after it. */
export type KnownIntent = Intent | 'settled';

const RANK: Record<TwilioStatus, number> = {
  receiving: 0,
  accepted: 1,
  scheduled: 2,
  queued: 3,
  sending: 4,
  sent: 5,
  partially_delivered: 6,
  delivered: 7,
  undelivered: 7,
  failed: 7,
  canceled: 7,
  received: 7,
  read: 8,
};

const LABEL: Partial<Record<TwilioStatus, MessageStatus>> = {
  receiving: 'received',
  accepted: 'queued',
  scheduled: 'queued',
  partially_delivered: 'delivered',
};

const INTENT_ORDER = ['ready', 'later', 'claimed', 'unknown'] as const;

/** Both histories in one: of each status the earliest time. */
export function mergeSeen(a: SeenMap, b: SeenMap): SeenMap {
  const merged: SeenMap = { ...a };
  for (const [status, seen] of Object.entries(b) as [TwilioStatus, Seen][]) {
    const known = merged[status];
    if (!known || earlier(seen, known)) merged[status] = seen;
  }
  return merged;
}

/** The later of two states of an intent: the higher step, and settled over all. */
export function mergeIntent(
  a: KnownIntent | undefined,
  b: KnownIntent | undefined,
): KnownIntent | undefined {
  if (!a || !b) return a ?? b;
  if (a === 'settled' || b === 'settled') return 'settled';
  if (a.step !== b.step) return a.step > b.step ? a : b;
  return INTENT_ORDER.indexOf(a.state) >= INTENT_ORDER.indexOf(b.state) ? a : b;
}

/**
 * Two accounts of one message in one. All fields come from the higher `rev`; what Twilio reports
 * does not raise it, so `seen` is merged, and `sid` is kept once it is known.
 */
export function mergeMessage(known: Message | undefined, heard: Message): Message {
  if (!known) return derive(heard);
  const newer = heard.rev > known.rev ? heard : known;
  const older = newer === heard ? known : heard;
  const merged = {
    ...newer,
    seen: mergeSeen(known.seen, heard.seen),
    sid: newer.sid ?? older.sid,
    idempotency_key: newer.idempotency_key ?? older.idempotency_key,
  };
  const code = finalCode(merged);
  const error = [newer.error, older.error].find((one) => one && one.code === code) ?? null;
  return derive({ ...merged, error });
}

/** The one word for where a message is. */
export function statusOf(
  message: Pick<Message, 'direction' | 'seen' | 'outcome'>,
  intent: KnownIntent | undefined,
): MessageStatus {
  if (message.direction === 'inbound') return 'received';
  const seen = highest(message.seen);
  if (seen) return LABEL[seen] ?? (seen as MessageStatus);
  if (message.outcome) return message.outcome.kind === 'sent' ? 'queued' : message.outcome.kind;
  return intent !== 'settled' && intent?.state === 'unknown' ? 'unknown' : 'queued';
}

/** Whether this is an end that Retry may follow. */
export function hasFailed(status: MessageStatus): boolean {
  return (
    status === 'failed' ||
    status === 'undelivered' ||
    status === 'canceled' ||
    status === 'refused' ||
    status === 'unconfirmed'
  );
}

/** The code that explains the end of a message, if it has one. */
export function finalCode(message: Pick<Message, 'seen' | 'outcome'>): number | null {
  const status = highest(message.seen);
  if (status) return message.seen[status]?.code ?? null;
  return message.outcome?.kind === 'refused' ? message.outcome.code : null;
}

function derive(message: Message): Message {
  const status = statusOf(message, message.intent ?? undefined);
  return { ...message, status, error: hasFailed(status) ? message.error : null };
}

/** The furthest status; among ends of equal rank the one that came first stands. */
function highest(seen: SeenMap): TwilioStatus | null {
  let best: TwilioStatus | null = null;
  for (const status of Object.keys(seen) as TwilioStatus[]) {
    if (
      !best ||
      RANK[status] > RANK[best] ||
      (RANK[status] === RANK[best] && first(seen, status, best))
    )
      best = status;
  }
  return best;
}

function first(seen: SeenMap, a: TwilioStatus, b: TwilioStatus): boolean {
  const [left, right] = [seen[a], seen[b]];
  if (!left || !right) return false;
  const [x, y] = [Date.parse(left.at), Date.parse(right.at)];
  return x === y ? a < b : x < y;
}

function earlier(a: Seen, b: Seen): boolean {
  const [x, y] = [Date.parse(a.at), Date.parse(b.at)];
  return x === y ? (a.code ?? 0) < (b.code ?? 0) : x < y;
}
