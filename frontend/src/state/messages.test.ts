import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { OutboxState, Message, DeliveryStatus } from '../api/types';
import { Messages, type MessageEvent } from './messages.svelte';
import { finalErrorCode, hasFailed, displayStatus } from './message-status';
import { message } from './samples.test-data';

const id = (at: number) => `01KA00000000000000000000${String(at).padStart(2, '0')}`;
const time = (second: number) => new Date(Date.UTC(2026, 10, 1, 9, 0, second)).toISOString();

const REPORTS: DeliveryStatus[] = ['queued', 'sending', 'sent', 'delivered', 'undelivered', 'read'];
const OUTBOX_STATES: OutboxState[] = ['ready', 'claimed', 'deferred', 'unknown'];

/** Returns message `at` as the server would return it at `rev` after these reports. */
function messageAt(at: number, rev: number, reports: readonly [DeliveryStatus, number][]): Message {
  const statuses = Object.fromEntries(
    reports.map(([status, second]) => [
      status,
      { at: time(second), ...(status === 'undelivered' ? { error_code: 30000 + second } : {}) },
    ]),
  );
  const fields: Partial<Message> = {
    message_id: id(at),
    rev,
    statuses,
    send_result: rev > 1 ? { kind: 'accepted' } : null,
    retried_by: rev > 2 ? id(99) : null,
  };
  const plain = message(fields);
  const status = displayStatus(plain, undefined);
  const code = finalErrorCode(plain);
  const error =
    hasFailed(status) && code
      ? {
          code,
          title: `Code ${String(code)}`,
          localized_title: null,
          advice: 'Wait.',
          localized_advice: null,
          retryable: true,
        }
      : null;
  return { ...plain, status, error };
}

const messageEvents = fc
  .record({
    at: fc.integer({ min: 1, max: 4 }),
    rev: fc.integer({ min: 1, max: 3 }),
    reports: fc.uniqueArray(fc.tuple(fc.constantFrom(...REPORTS), fc.integer({ min: 0, max: 9 })), {
      selector: ([status]) => status,
    }),
  })
  .map(({ at, rev, reports }): MessageEvent => ({
    type: 'message',
    message: messageAt(at, rev, reports),
  }));

const outboxEvents = fc
  .record({ at: fc.integer({ min: 1, max: 4 }), version: fc.integer({ min: 1, max: 5 }) })
  .map(({ at, version }): MessageEvent => ({
    type: 'outbox',
    message_id: id(at),
    // Each version has one state. The last one completes the entry.
    state: version === 5 ? null : (OUTBOX_STATES[version - 1] ?? null),
    version,
  }));

const deletions = fc
  .integer({ min: 0, max: 3 })
  .map((at): MessageEvent => ({ type: 'deleted', through: id(at) }));

function outcome(events: MessageEvent[]) {
  const messages = new Messages();
  for (const event of events) messages.apply(event);
  return plain(messages);
}

/** Plain values for comparison. */
const plain = (messages: Messages): unknown => JSON.parse(JSON.stringify(messages.items));

describe('the messages of a thread', () => {
  it('do not depend on the order and repetition of events', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(messageEvents, messageEvents, outboxEvents, deletions), {
          maxLength: 12,
        }),
        fc.infiniteStream(fc.nat()),
        (events, numbers) => {
          const shuffled = [...events, ...events]
            .map((event) => ({ event, key: numbers.next().value as number }))
            .sort((a, b) => a.key - b.key)
            .map(({ event }) => event);
          expect(sorted(outcome(shuffled))).toEqual(sorted(outcome(events)));
        },
      ),
      { numRuns: 400 },
    );
  });

  it('are sorted by id', () => {
    const messages = new Messages();
    for (const at of [3, 1, 2]) messages.apply({ type: 'message', message: messageAt(at, 1, []) });
    expect(messages.items.map((message) => message.message_id)).toEqual([id(1), id(2), id(3)]);
    expect(messages.oldest?.message_id).toBe(id(1));
    expect(messages.newest?.message_id).toBe(id(3));
  });

  it('keep an outbox state that arrives before its message', () => {
    const messages = new Messages();
    messages.apply({ type: 'outbox', message_id: id(1), state: 'unknown', version: 3 });
    messages.apply({ type: 'message', message: messageAt(1, 1, []) });
    expect(messages.items[0]?.status).toBe('unknown');
    messages.apply({ type: 'outbox', message_id: id(1), state: null, version: 4 });
    expect(messages.items[0]?.status).toBe('queued');
    messages.apply({ type: 'outbox', message_id: id(1), state: 'unknown', version: 3 });
    expect(messages.items[0]?.status).toBe('queued');
  });

  it('do not return after their deletion', () => {
    const messages = new Messages();
    messages.apply({ type: 'message', message: messageAt(1, 1, []) });
    messages.apply({ type: 'message', message: messageAt(3, 1, []) });
    messages.apply({ type: 'deleted', through: id(2) });
    messages.apply({ type: 'message', message: messageAt(1, 9, []) });
    expect(messages.items.map((message) => message.message_id)).toEqual([id(3)]);
  });
});

/** Sorts the keys of objects, so that the order of updates does not matter. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, sorted(inner)]),
  );
}
