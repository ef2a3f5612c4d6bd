import { describe, expect, it } from 'vitest';
import type { Message } from '../api/types';
import { toEntries, groupRuns } from './runs';
import { message } from './samples.test-data';

const dayOf = (at: string) => at.slice(0, 10);
const at = (minute: number, fields: Partial<Message> = {}) =>
  message({
    message_id: `01KA${String(minute).padStart(22, '0')}`,
    date_created: new Date(Date.UTC(2026, 10, 1, 9, minute)).toISOString(),
    ...fields,
  });
const runs = (messages: Message[], newFrom: string | null = null) =>
  groupRuns(toEntries(messages, []), newFrom, dayOf);
const sizes = (messages: Message[], newFrom: string | null = null) =>
  runs(messages, newFrom).map((run) => run.entries.length);

describe('runs', () => {
  it('join messages of one side within three minutes', () => {
    expect(sizes([at(0), at(2), at(4), at(7)])).toEqual([3, 1]);
  });

  it('end when the side, the author or the day changes', () => {
    expect(sizes([at(0), at(1, { direction: 'inbound', author: null }), at(2)])).toEqual([1, 1, 1]);
    expect(sizes([at(0), at(1, { author: 'Ben' })])).toEqual([1, 1]);
    expect(sizes([at(14 * 60 + 59), at(15 * 60)])).toEqual([1, 1]);
  });

  it('exclude a message with a status text', () => {
    expect(sizes([at(0), at(1, { status: 'failed' }), at(2)])).toEqual([1, 1, 1]);
    expect(sizes([at(0, { status: 'unknown' }), at(1)])).toEqual([1, 1]);
  });

  it('have the day once, and the unread marker', () => {
    const second = at(1);
    const [first, fresh] = runs([at(0), second, at(2)], second.message_id);
    expect([first?.day !== null, first?.isFirstUnread]).toEqual([true, false]);
    expect([fresh?.day, fresh?.isFirstUnread, fresh?.entries.length]).toEqual([null, true, 2]);
  });

  it('keep the key when a pending send becomes a message', () => {
    const run = { key: 'k', body: 'Hello', at: at(0).date_created, problem: null };
    const before = toEntries([], [run]);
    const after = toEntries([at(0, { idempotency_key: 'k' })], [run]);
    expect(before.map((entry) => entry.key)).toEqual(after.map((entry) => entry.key));
  });
});
