import { DELIVERY_STATUSES, FAILED_STATUSES } from '../api/rules';
import type {
  OutboxEntry,
  Message,
  DisplayStatus,
  StatusRecord,
  StatusRecords,
  DeliveryStatus,
} from '../api/types';

/** The outbox state of a message. `completed` is final. */
export type OutboxStatus = OutboxEntry | 'completed';

const OUTBOX_STATE_ORDER = ['ready', 'deferred', 'claimed', 'unknown'] as const;

/** Merges two status maps, keeping the earliest time of each status. */
export function mergeStatuses(a: StatusRecords, b: StatusRecords): StatusRecords {
  const merged: StatusRecords = { ...a };
  for (const [status, record] of Object.entries(b) as [DeliveryStatus, StatusRecord][]) {
    const known = merged[status];
    if (!known || isEarlierRecord(record, known)) merged[status] = record;
  }
  return merged;
}

/** Returns the later of two outbox states: the higher version, with `completed` above all. */
export function mergeOutboxState(
  a: OutboxStatus | undefined,
  b: OutboxStatus | undefined,
): OutboxStatus | undefined {
  if (!a || !b) return a ?? b;
  if (a === 'completed' || b === 'completed') return 'completed';
  if (a.version !== b.version) return a.version > b.version ? a : b;
  return OUTBOX_STATE_ORDER.indexOf(a.state) >= OUTBOX_STATE_ORDER.indexOf(b.state) ? a : b;
}

/**
 * Merges two versions of a message.
 *
 * Fields come from the higher `rev`. Delivery reports do not raise it, so `statuses` is merged, and a
 * known `sid` is kept.
 */
export function mergeMessage(known: Message | undefined, received: Message): Message {
  if (!known) return withDisplayStatus(received);
  const newer = received.rev > known.rev ? received : known;
  const older = newer === received ? known : received;
  const merged = {
    ...newer,
    statuses: mergeStatuses(known.statuses, received.statuses),
    sid: newer.sid ?? older.sid,
    idempotency_key: newer.idempotency_key ?? older.idempotency_key,
  };
  const code = finalErrorCode(merged);
  const error = [newer.error, older.error].find((error) => error && error.code === code) ?? null;
  return withDisplayStatus({ ...merged, error });
}

/** Returns the display status, derived from delivery statuses, send result and outbox state. */
export function displayStatus(
  message: Pick<Message, 'direction' | 'statuses' | 'send_result'>,
  outbox: OutboxStatus | undefined,
): DisplayStatus {
  if (message.direction === 'inbound') return 'received';
  const status = highestStatus(message.statuses);
  if (status) return DELIVERY_STATUSES[status].display;
  if (message.send_result)
    return message.send_result.kind === 'accepted' ? 'queued' : message.send_result.kind;
  return outbox !== 'completed' && outbox?.state === 'unknown' ? 'unknown' : 'queued';
}

/** Returns whether sending failed, so that the message may be resent. */
export function hasFailed(status: DisplayStatus): boolean {
  return FAILED_STATUSES.includes(status);
}

/** Returns the error code that explains a failure, or null. */
export function finalErrorCode(message: Pick<Message, 'statuses' | 'send_result'>): number | null {
  const status = highestStatus(message.statuses);
  if (status) return message.statuses[status]?.error_code ?? null;
  return message.send_result?.kind === 'rejected' ? message.send_result.code : null;
}

function withDisplayStatus(message: Message): Message {
  const status = displayStatus(message, message.outbox ?? undefined);
  return { ...message, status, error: hasFailed(status) ? message.error : null };
}

/** Returns the most advanced status. Among those of equal rank, the earliest wins. */
function highestStatus(statuses: StatusRecords): DeliveryStatus | null {
  const reports = Object.entries(statuses) as [DeliveryStatus, StatusRecord][];
  reports.sort(
    ([a, { at: atA }], [b, { at: atB }]) =>
      DELIVERY_STATUSES[b].rank - DELIVERY_STATUSES[a].rank ||
      compareTimes(atA, atB) ||
      (a < b ? -1 : 1),
  );
  return reports[0]?.[0] ?? null;
}

function isEarlierRecord(a: StatusRecord, b: StatusRecord): boolean {
  return (compareTimes(a.at, b.at) || (a.error_code ?? 0) - (b.error_code ?? 0)) < 0;
}

/** Compares two times of the server. They have nanoseconds, which `Date.parse` drops. */
export function compareTimes(a: string, b: string): number {
  return Date.parse(a) - Date.parse(b) || fraction(a).localeCompare(fraction(b));
}

const fraction = (at: string) => (/\.(\d+)/.exec(at)?.[1] ?? '').padEnd(9, '0');
