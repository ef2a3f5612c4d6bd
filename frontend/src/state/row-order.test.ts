import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Conversation } from '../api/types';
import { byActivity, Conversations } from './conversations.svelte';
import { RowOrder } from './row-order.svelte';
import { conversation } from './samples.test-data';

const row = (id: string, minute: number, fields: Partial<Conversation> = {}) =>
  conversation({
    conversation_id: id,
    rev: minute,
    date_updated: new Date(Date.UTC(2026, 10, 1, 9, minute)).toISOString(),
    ...fields,
  });

function list(...rows: Conversation[]) {
  const conversations = new Conversations();
  const take = (conversation: Conversation) =>
    conversations.apply({ type: 'conversation', conversation });
  rows.forEach(take);
  const order = new RowOrder(
    () => [...conversations.all].sort(byActivity),
    (id) => conversations.get(id),
  );
  return { order, take, ids: () => order.rows.map((order) => order.conversation_id) };
}

describe('the order of the rows', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('follows activity while the pointer is elsewhere', () => {
    const { take, ids } = list(row('a', 2), row('b', 1));
    take(row('b', 3));
    expect(ids()).toEqual(['b', 'a']);
  });

  it('does not count rows that are already in view', () => {
    const { order, take } = list(row('a', 2), row('b', 1));
    order.hold('pointer');
    take(row('a', 3, { unread_count: 1 }));
    expect([order.newAbove, order.rows[0]?.unread_count]).toEqual([0, 1]);
    take(row('c', 4, { unread_count: 1 }));
    expect(order.newAbove).toBe(1);
    take(row('b', 5, { unread_count: 1 }));
    expect(order.newAbove).toBe(2);
  });

  it('freezes under a moving pointer and counts rows that belong above', () => {
    const { order, take, ids } = list(row('a', 2), row('b', 1));
    order.hold('pointer');
    take(row('b', 3, { unread_count: 1 }));
    take(row('c', 4, { unread_count: 1 }));
    take(row('d', 5));
    expect(ids()).toEqual(['a', 'b']);
    expect(order.newAbove).toBe(2);
    expect(order.rows[1]?.unread_count).toBe(1);
    order.release();
    expect(ids()).toEqual(['d', 'c', 'b', 'a']);
    expect(order.newAbove).toBe(0);
  });

  it('releases the rows when the pointer stops', () => {
    const { order, take, ids } = list(row('a', 2), row('b', 1));
    order.hold('pointer');
    take(row('b', 3));
    vi.advanceTimersByTime(3000);
    order.hold('pointer');
    vi.advanceTimersByTime(3000);
    expect(ids()).toEqual(['a', 'b']);
    vi.advanceTimersByTime(1001);
    expect(ids()).toEqual(['b', 'a']);
  });

  it('counts rows that move up out of view', () => {
    const { order, take } = list(row('a', 2), row('b', 1));
    order.setScrolled(true);
    expect(order.newAbove).toBe(0);
    take(row('b', 3, { unread_count: 1 }));
    expect(order.newAbove).toBe(1);
    order.setScrolled(false);
    expect(order.newAbove).toBe(0);
  });
});
