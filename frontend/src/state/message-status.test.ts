import { describe, expect, it } from 'vitest';
import {
  finalErrorCode,
  mergeOutboxState,
  mergeMessage,
  mergeStatuses,
  displayStatus,
} from './message-status';
import { message } from './samples.test-data';

const at = (second: number) => `2026-11-01T09:00:${String(second).padStart(2, '0')}.000Z`;

describe('the status of a message', () => {
  it('is received for any inbound message', () => {
    expect(
      displayStatus({ direction: 'inbound', statuses: {}, send_result: null }, undefined),
    ).toBe('received');
  });

  it('is the most advanced delivery status', () => {
    const statuses = { queued: { at: at(1) }, delivered: { at: at(3) }, sent: { at: at(9) } };
    expect(displayStatus(message({ statuses }), undefined)).toBe('delivered');
    expect(
      displayStatus(message({ statuses: { ...statuses, read: { at: at(4) } } }), undefined),
    ).toBe('read');
  });

  it('is the first of two final statuses', () => {
    const statuses = { failed: { at: at(5), error_code: 30005 }, delivered: { at: at(4) } };
    expect(displayStatus(message({ statuses }), undefined)).toBe('delivered');
    const other = { failed: { at: at(3), error_code: 30005 }, delivered: { at: at(4) } };
    expect(displayStatus(message({ statuses: other }), undefined)).toBe('failed');
    expect(finalErrorCode(message({ statuses: other }))).toBe(30005);
  });

  it('follows the outbox state before any report', () => {
    const none = message();
    expect(displayStatus(none, undefined)).toBe('queued');
    expect(displayStatus(none, { state: 'ready', version: 1 })).toBe('queued');
    expect(displayStatus(none, { state: 'deferred', version: 2 })).toBe('queued');
    expect(displayStatus(none, { state: 'claimed', version: 3 })).toBe('queued');
    expect(displayStatus(none, { state: 'unknown', version: 4 })).toBe('unknown');
  });

  it('is the send result before any report', () => {
    expect(
      displayStatus(message({ send_result: { kind: 'rejected', code: 21610 } }), 'completed'),
    ).toBe('rejected');
    expect(displayStatus(message({ send_result: { kind: 'unconfirmed' } }), 'completed')).toBe(
      'unconfirmed',
    );
    expect(displayStatus(message({ send_result: { kind: 'accepted' } }), 'completed')).toBe(
      'queued',
    );
  });

  it('maps internal statuses to displayed ones', () => {
    expect(displayStatus(message({ statuses: { accepted: { at: at(1) } } }), undefined)).toBe(
      'queued',
    );
    const some = message({ statuses: { partially_delivered: { at: at(1) } } });
    expect(displayStatus(some, undefined)).toBe('delivered');
  });

  it('follows a later report of an unconfirmed message', () => {
    const late = message({
      send_result: { kind: 'unconfirmed' },
      statuses: { delivered: { at: at(1) } },
    });
    expect(displayStatus(late, 'completed')).toBe('delivered');
  });
});

describe('merging', () => {
  it('keeps the earliest time of each status', () => {
    const merged = mergeStatuses(
      { sent: { at: at(5) } },
      { sent: { at: at(2) }, queued: { at: at(1) } },
    );
    expect(merged).toEqual({ sent: { at: at(2) }, queued: { at: at(1) } });
  });

  it('keeps the higher outbox version, and completed above all', () => {
    const low = { state: 'claimed', version: 2 } as const;
    const high = { state: 'deferred', version: 3 } as const;
    expect(mergeOutboxState(low, high)).toBe(high);
    expect(mergeOutboxState(high, low)).toBe(high);
    expect(mergeOutboxState('completed', high)).toBe('completed');
    expect(mergeOutboxState(high, 'completed')).toBe('completed');
  });

  it('keeps the fields of the higher rev and the statuses of both', () => {
    const older = message({ rev: 1, statuses: { sent: { at: at(2) } }, sid: 'SM1' });
    const newer = message({ rev: 2, retried_by: '01KA0000000000000000000009' });
    for (const merged of [mergeMessage(older, newer), mergeMessage(newer, older)]) {
      expect(merged.retried_by).toBe('01KA0000000000000000000009');
      expect(merged.sid).toBe('SM1');
      expect(merged.status).toBe('sent');
    }
  });

  it('keeps the error only while the message has failed', () => {
    const error = { code: 30003, title: 'Unreachable', advice: 'Wait.', retryable: true };
    const failed = message({
      statuses: { failed: { at: at(4), error_code: 30003 } },
      status: 'failed',
      error,
    });
    expect(mergeMessage(message(), failed).error).toEqual(error);
    const delivered = message({ statuses: { delivered: { at: at(1) } }, status: 'delivered' });
    expect(mergeMessage(failed, delivered).error).toBeNull();
  });
});
