import { describe, expect, it } from 'vitest';
import { listStrings } from '../strings/inbox';
import { conversation } from './samples.test-data';
import { isWaiting, waitedFor } from './waiting';

const at = '2026-11-01T09:00:00.000Z';
const preview = {
  at,
  body: 'Hello',
  direction: 'inbound' as const,
  media: null,
  media_count: 0,
};

describe('a customer who waits', () => {
  it('has the last word in an open conversation, read or not', () => {
    expect(isWaiting(conversation({ preview }))).toBe(true);
    expect(isWaiting(conversation({ preview, unread_count: 2 }))).toBe(true);
    expect(isWaiting(conversation({ preview, status: 'closed' }))).toBe(false);
    expect(isWaiting(conversation({ preview: { ...preview, direction: 'outbound' } }))).toBe(false);
    expect(isWaiting(conversation())).toBe(false);
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
    const waited = waitedFor(conversation({ preview }), Date.parse(at) + ms) ?? NaN;
    expect(listStrings.waited(waited)).toBe(text);
  });
});
