import { describe, expect, it } from 'vitest';
import cases from '../../../tests/vectors/display_status.json';
import type { DisplayStatus, Message, OutboxEntry, StatusRecords } from '../api/types';
import {
  finalErrorCode,
  mergeOutboxState,
  mergeMessage,
  mergeStatuses,
  displayStatus,
} from './message-status';
import { message } from './samples.test-data';

const at = (second: number) => `2026-11-01T09:00:${String(second).padStart(2, '0')}.000Z`;

interface Case {
  name: string;
  direction: Message['direction'];
  statuses: StatusRecords;
  send_result: Message['send_result'];
  outbox_state: OutboxEntry['state'] | null;
  display_status: DisplayStatus;
  error_code: number | null;
}

/** The server runs the same cases. */
const CASES = cases as Case[];

describe('the status of a message', () => {
  it.each(CASES)('$name', (c) => {
    const outbox = c.outbox_state ? { state: c.outbox_state, version: 1 } : undefined;
    expect(displayStatus(c, outbox)).toBe(c.display_status);
    expect(finalErrorCode(c)).toBe(c.error_code);
  });

  it('is queued once the send is completed without a result', () => {
    expect(displayStatus(message(), 'completed')).toBe('queued');
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
    const error = {
      code: 30003,
      title: 'Unreachable',
      localized_title: null,
      advice: 'Wait.',
      localized_advice: null,
      retryable: true,
    };
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
