import { describe, expect, it } from 'vitest';
import { Client } from '../api/client';
import type { Conversation, ListCounts } from '../api/types';
import { Conversations } from './conversations.svelte';
import { List } from './list.svelte';
import { conversation } from './samples.test-data';
import { isWaiting } from './waiting';

const numbered = (at: number, fields: Partial<Conversation> = {}) =>
  conversation({
    conversation_id: `c${String(at).padStart(3, '0')}`,
    contact_name: `Person ${String(at)}`,
    date_updated: new Date(Date.UTC(2026, 10, 20) - at * 60_000).toISOString(),
    ...fields,
  });

const at = '2026-11-20T00:00:00.000Z';

/** Creates a list over a server that holds `rows`. */
function desk(rows: Conversation[]) {
  const calls: string[] = [];
  const respond = (body: unknown, status = 200) =>
    new Response(JSON.stringify(body), {
      status,
      headers: { 'content-type': 'application/json' },
    });
  /** Ids that the index does not contain yet, although the conversation exists. */
  const lagging = new Set<string>();
  const none = { count: 0, more: false };
  const counts: ListCounts = { unread: none, waiting: none };
  const serve = (path: string): Response => {
    const url = new URL(path, 'http://desk');
    const id = /^\/api\/conversations\/([^/]+)$/.exec(url.pathname)?.[1];
    if (id) {
      const row = rows.find((known) => known.conversation_id === id);
      return row ? respond(row) : respond({ status: 404, title: 'Gone' }, 404);
    }
    const filter = url.searchParams.get('filter');
    const search = url.searchParams.get('search');
    const limit = Number(url.searchParams.get('limit') ?? 200);
    const from = Number(url.searchParams.get('cursor') ?? 0);
    const found = rows
      .filter((row) => filter === 'all' || row.status === (filter === 'closed' ? 'closed' : 'open'))
      .filter((row) => filter !== 'waiting' || isWaiting(row))
      .filter((row) => !search || row.contact_name?.includes(search))
      .filter((row) => !lagging.has(row.conversation_id));
    const newestFirst = (page: Conversation[]) =>
      page.sort((a, b) => (a.date_updated < b.date_updated ? 1 : -1));
    // Search pages are in index order.
    if (!search) newestFirst(found);
    const more = found.length > from + limit;
    return respond({
      conversations: newestFirst(found.slice(from, from + limit)),
      cursor: more ? String(from + limit) : null,
      counts: url.searchParams.has('counts') ? counts : null,
      incomplete: false,
    });
  };
  const client = new Client({
    exclusively: (job) => job(),
    fetch: (path) => {
      if (path === '/api/session/refresh') {
        return Promise.resolve(respond({ access_token: 't', expires_in: 600, user: {} }));
      }
      calls.push(String(path));
      return Promise.resolve(serve(String(path)));
    },
  });
  const conversations = new Conversations();
  return { counts, list: new List(client, conversations), conversations, calls, lagging, rows };
}

const ids = (list: List) => list.rows.map((row) => row.conversation_id);

describe('the list', () => {
  it('loads pages until the last one', async () => {
    const { list } = desk(Array.from({ length: 40 }, (_, at) => numbered(at)));
    await list.load();
    expect(list.rows).toHaveLength(30);
    expect(list.hasMore).toBe(true);
    await list.loadMore();
    expect(list.rows).toHaveLength(40);
    expect(list.hasMore).toBe(false);
  });

  it('does not show a row below the loaded pages', async () => {
    const { list, conversations } = desk(Array.from({ length: 40 }, (_, at) => numbered(at)));
    await list.load();
    conversations.apply({ type: 'conversation', conversation: numbered(38, { rev: 2 }) });
    expect(list.rows).toHaveLength(30);
  });

  it('moves a conversation with new activity to the top', async () => {
    const { list, conversations } = desk([numbered(1), numbered(2), numbered(3)]);
    await list.load();
    conversations.apply({
      type: 'conversation',
      conversation: numbered(3, { rev: 2, date_updated: '2026-11-21T00:00:00.000Z' }),
    });
    expect(ids(list)).toEqual(['c003', 'c001', 'c002']);
  });

  it('removes a closed row, and keeps the open one under Unread', async () => {
    const { list, conversations } = desk([
      numbered(1, { unread_count: 1 }),
      numbered(2, { unread_count: 2 }),
    ]);
    list.filter = 'waiting';
    await list.load();
    list.pin('c001');
    conversations.apply({ type: 'conversation', conversation: numbered(1, { rev: 2 }) });
    conversations.apply({
      type: 'conversation',
      conversation: numbered(2, { rev: 2, status: 'closed', unread_count: 2 }),
    });
    expect(ids(list)).toEqual(['c001']);
  });

  it('resync applies missed changes and loads missing rows by id', async () => {
    const { list, rows, calls, lagging } = desk([numbered(1), numbered(2), numbered(3)]);
    await list.load();
    rows[0] = numbered(1, { rev: 5, status: 'closed' });
    rows.push(numbered(0));
    lagging.add('c002');
    calls.length = 0;
    await list.resync(3);
    expect(ids(list)).toEqual(['c000', 'c002', 'c003']);
    expect(calls.slice(1).sort()).toEqual(['/api/conversations/c001', '/api/conversations/c002']);
  });

  it('resync removes a deleted conversation', async () => {
    const { list, rows } = desk([numbered(1), numbered(2)]);
    await list.load();
    rows.shift();
    await list.resync(2);
    expect(ids(list)).toEqual(['c002']);
  });

  it('keeps a conversation that is created again before its deletion is reported', async () => {
    const { list, rows, conversations } = desk([numbered(1), numbered(2)]);
    await list.load();
    rows.shift();
    const refreshed = list.loader.refresh('c001');
    const recreated = numbered(1, { rev: 3 });
    conversations.apply({ type: 'conversation', conversation: recreated });
    await refreshed;
    expect(conversations.get('c001')).toEqual(recreated);
  });

  it('resyncs the unread conversations without loading closed ones', async () => {
    const { list, calls } = desk([numbered(1), numbered(2, { status: 'closed', unread_count: 3 })]);
    list.filter = 'closed';
    await list.load();
    calls.length = 0;
    await list.resyncWaiting();
    expect(calls).toHaveLength(1);
  });

  it('resync replaces the hits of a search', async () => {
    const { list, rows, conversations } = desk([numbered(1), numbered(12), numbered(2)]);
    list.search = 'Person 1';
    await list.load();
    expect(ids(list)).toEqual(['c001', 'c012']);
    rows[1] = numbered(12, { rev: 2, contact_name: 'Renamed' });
    rows[2] = numbered(2, { rev: 2, contact_name: 'Person 1b' });
    await list.resync(2);
    expect(ids(list)).toEqual(['c001', 'c002']);
    expect(conversations.get('c012')?.contact_name).toBe('Renamed');
  });

  it('keeps all hits of a search whose later pages hold newer ones', async () => {
    // In index order, the hits of the second page are newer than those of the first.
    const rows = Array.from({ length: 70 }, (_, at) => numbered(at < 30 ? 500 + at : at));
    const { list } = desk(rows);
    list.search = 'Person';
    await list.load();
    expect(list.rows).toHaveLength(30);
    await list.loadMore();
    expect(list.rows).toHaveLength(60);
    await list.resync(60);
    expect(list.rows.length).toBeGreaterThanOrEqual(60);
    await list.loadMore();
    expect(list.rows).toHaveLength(70);
    expect(ids(list)[0]).toBe('c030');
  });

  it('keeps the hits of a search that was entered during a resync of another', async () => {
    const { list, calls } = desk([numbered(1), numbered(12)]);
    list.search = 'Person 1';
    await list.load();
    list.search = 'Person 12';
    await Promise.all([list.load(), list.resync(1)]);
    expect(ids(list)).toEqual(['c012']);
    expect(calls).not.toContain('/api/conversations/c012');
  });

  it('finds in all places: who waits first, then the other open ones, then the closed ones', async () => {
    const waiting_since = '2026-11-20T00:00:00.000Z';
    const rows = [
      numbered(1),
      numbered(2, { status: 'closed', waiting_since }),
      numbered(3, { waiting_since }),
      numbered(4, { status: 'closed' }),
      numbered(5, { waiting_since }),
      numbered(6, { contact_name: 'Ada' }),
    ];
    const { list, conversations } = desk(rows);
    list.filter = 'closed';
    list.search = 'Person';
    await list.load();
    expect(ids(list)).toEqual(['c003', 'c005', 'c001', 'c002', 'c004']);
    expect([...list.groups]).toEqual([
      ['c003', 'waiting'],
      ['c001', 'open'],
      ['c002', 'closed'],
    ]);
    // A hit that is closed changes its group, unless it is open in the middle.
    list.pin('c005');
    for (const at of [3, 5]) {
      const closed = numbered(at, { waiting_since, status: 'closed', rev: 2 });
      conversations.apply({ type: 'conversation', conversation: closed });
    }
    expect(ids(list)).toEqual(['c005', 'c001', 'c002', 'c003', 'c004']);
    list.show('open');
    expect([list.search, list.filter]).toEqual(['', 'open']);
  });

  it('counts who waits as the server says, and itself once it knows all of them', async () => {
    const rows = [
      numbered(1, { waiting_since: at }),
      numbered(2, { unread_count: 1 }),
      numbered(3),
    ];
    const { list, conversations, counts } = desk(rows);
    counts.waiting = { count: 28, more: false };
    await list.load();
    expect(list.waitingText, 'before all were loaded').toBe('28');
    await list.resyncWaiting();
    expect(list.waitingText).toBe('2');
    conversations.apply({ type: 'conversation', conversation: numbered(1, { rev: 2 }) });
    conversations.apply({
      type: 'conversation',
      conversation: numbered(2, { rev: 2, status: 'closed', unread_count: 1 }),
    });
    expect(list.waitingText).toBe('');
    for (const { count, more, text } of [
      { count: 99, more: true, text: '99+' },
      { count: 12, more: true, text: '12+' },
    ]) {
      counts.waiting = { count, more };
      await list.load();
      expect(list.waitingText).toBe(text);
    }
    counts.waiting = { count: 0, more: false };
    list.channel = 'whatsapp';
    await list.load();
    expect(list.waitingText, 'none on this channel').toBe('');
  });

  it('shows the longest waiting first, and the open one at its place', async () => {
    const since = (minute: number) => `2026-11-20T00:0${String(minute)}:00.000Z`;
    const rows = [2, 1, 3].map((minute) => numbered(minute, { waiting_since: since(minute) }));
    const { list, conversations, calls } = desk(rows);
    list.show('waiting');
    await expect.poll(() => ids(list)).toEqual(['c001', 'c002', 'c003']);
    expect(calls[0]).toContain('sort=longest_waiting');
    list.pin('c002');
    conversations.apply({ type: 'conversation', conversation: numbered(2, { rev: 2 }) });
    expect(ids(list), 'answered').toEqual(['c001', 'c002', 'c003']);
    list.pin('c003');
    expect(ids(list)).toEqual(['c001', 'c003']);
  });

  it('shows the result of the last query, whichever response is last', async () => {
    const { list } = desk([numbered(1), numbered(2, { status: 'closed' })]);
    const first = list.load();
    list.filter = 'closed';
    await Promise.all([first, list.load()]);
    expect(ids(list)).toEqual(['c002']);
  });
});
