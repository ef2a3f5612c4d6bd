import { describe, expect, it } from 'vitest';
import { listStrings } from '../strings/inbox';
import { conversation } from './samples.test-data';
import { byWaiting, formatCount, isWaiting, waitedFor } from './waiting';

const at = '2026-11-01T09:00:00.000Z';

describe('a customer who waits', () => {
  it('has written in an open conversation without an answer, read or not', () => {
    expect(isWaiting(conversation({ waiting_since: at }))).toBe(true);
    expect(isWaiting(conversation({ waiting_since: at, unread_count: 2 }))).toBe(true);
    expect(isWaiting(conversation({ unread_count: 1 })), 'marked unread').toBe(true);
    expect(isWaiting(conversation({ unread_count: 1, status: 'closed' }))).toBe(false);
    expect(isWaiting(conversation())).toBe(false);
  });

  it('comes before those who have waited for less time', () => {
    const rows = [3, 1, 2].map((minute) =>
      conversation({
        conversation_id: `c${String(minute)}`,
        waiting_since: `2026-11-01T09:0${String(minute)}:00.000Z`,
      }),
    );
    expect(rows.sort(byWaiting).map((row) => row.conversation_id)).toEqual(['c1', 'c2', 'c3']);
  });

  it.each([
    [{ count: 7, more: false }, '7'],
    [{ count: 99, more: false }, '99'],
    [{ count: 100, more: false }, '99+'],
    [{ count: 99, more: true }, '99+'],
    [{ count: 12, more: true }, '12+'],
    [{ count: 0, more: true }, '0+'],
  ])('is counted: %j is %s', (count, text) => {
    expect(formatCount(count)).toBe(text);
  });

  it.each([
    [0, 'now'],
    [59_999, 'now'],
    [60_000, '1 min'],
    [14 * 60_000, '14 min'],
    [59.9 * 60_000, '59 min'],
    [60 * 60_000, '1 h'],
    [47 * 3_600_000, '47 h'],
    [48 * 3_600_000, '2 days'],
    [-5000, 'now'],
  ])('has waited %d ms: %s', (ms, text) => {
    const waited = waitedFor(conversation({ waiting_since: at }), Date.parse(at) + ms) ?? NaN;
    expect(listStrings.waited(waited)).toBe(text);
  });
});
