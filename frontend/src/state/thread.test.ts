import { describe, expect, it } from 'vitest';
import type { Client } from '../api/client';
import { ApiError } from '../api/problem';
import type { Conversation, Message } from '../api/types';
import { Drafts } from './drafts.svelte';
import { conversation, message } from './samples.test-data';
import { Thread } from './thread.svelte';

const id = (at: number) => `01KA${String(at).padStart(22, '0')}`;
const inbound = (at: number, fields: Partial<Message> = {}) =>
  message({
    message_id: id(at),
    direction: 'inbound',
    author: null,
    status: 'received',
    ...fields,
  });

/** Creates a thread over a server that holds `rows` and returns pages of ten. */
function createThread(rows: Message[]) {
  const server = { rows, cleared: null as string | null, fails: false, calls: [] as unknown[] };
  const arrived: string[] = [];
  const client = {
    listMessages: (_: string, query: { before?: string | null } = {}) => {
      server.calls.push(query.before ?? null);
      if (server.fails) return Promise.reject(new ApiError(503, 'Not now.'));
      const { before } = query;
      const end = before ? server.rows.findIndex((row) => row.message_id === before) : undefined;
      const head = server.rows.slice(0, end);
      const messages = head.slice(-10);
      const older = head.length > 10 ? (messages[0]?.message_id ?? null) : null;
      return Promise.resolve({
        messages,
        older_cursor: older,
        newer_cursor: null,
        deleted_through: server.cleared,
      });
    },
  } as Partial<Client> as Client;
  const thread = new Thread('c1', client, new Drafts(null));
  thread.onChange = ({ message_id }, before) => {
    if (!before) arrived.push(message_id);
  };
  return { thread, server, arrived };
}

/** The preview of a conversation with this last message. */
const shown = (at: string): Partial<Conversation> => ({
  preview: { body: '', direction: 'inbound', at, media: null, media_count: 0 },
});

const many = (count: number, from = 1) =>
  Array.from({ length: count }, (_, at) => inbound(from + at));

describe('a thread', () => {
  it('marks the first unread message when it is opened', async () => {
    const { thread } = createThread(many(5));
    await thread.open(conversation({ unread_count: 2 }));
    expect(thread.firstUnread).toBe(id(4));
    await thread.open(conversation({ unread_count: 0 }));
    expect(thread.firstUnread).toBeNull();
  });

  it('counts unread messages back from the preview', async () => {
    const at = (second: number) => `2026-11-01T09:00:0${String(second)}.000Z`;
    const rows = [1, 2, 3, 4].map((nth) => inbound(nth, { date_created: at(nth) }));
    const { thread } = createThread(rows);
    await thread.open(conversation({ unread_count: 1, ...shown(at(3)) }));
    expect(thread.firstUnread).toBe(id(3));
  });

  it('loads its first page and the conversation at once', async () => {
    const { thread, server } = createThread(many(5));
    let finishLoad: (loaded: Conversation) => void = () => undefined;
    const opened = thread.open(() => new Promise((resolve) => (finishLoad = resolve)));
    expect([server.calls.length, thread.initialized]).toEqual([1, false]);
    finishLoad(conversation({ unread_count: 2 }));
    await opened;
    expect([server.calls.length, thread.firstUnread]).toEqual([1, id(4)]);
  });

  it('loads the conversation again after a failure', async () => {
    const { thread } = createThread(many(5));
    const responses = [
      () => Promise.reject(new ApiError(503, 'Not now.')),
      () => Promise.resolve(conversation({ unread_count: 2 })),
    ];
    await thread.open(() => responses.shift()?.() ?? Promise.resolve(undefined));
    expect([thread.error, thread.loaded, thread.initialized]).toEqual(['Not now.', false, false]);
    await thread.refresh();
    await thread.refresh();
    expect([thread.error, thread.initialized, thread.firstUnread]).toEqual([null, true, id(4)]);
  });

  it('reloads its first page when the conversation has a newer message', async () => {
    const at = (second: number) => `2026-11-01T09:00:0${String(second)}.000Z`;
    const received = (nth: number) => inbound(nth, { date_created: at(nth) });
    const row = conversation({ unread_count: 1, ...shown(at(3)) });
    const { thread, server } = createThread([1, 2].map(received));
    const opened = thread.open(() => Promise.resolve(row));
    server.rows.push(received(3));
    await opened;
    expect([thread.messages.newest?.message_id, thread.firstUnread]).toEqual([id(3), id(3)]);
    // A loaded page is kept when a repeated read fails.
    const { thread: other, server: failing } = createThread([1, 2].map(received));
    const reopened = other.open(() => Promise.resolve(row));
    failing.fails = true;
    await reopened;
    expect([other.messages.newest?.message_id, other.initialized]).toEqual([id(2), true]);
  });

  it('marks the first message that arrives while the page is inactive', async () => {
    const at = (second: number) => `2026-11-01T09:00:0${String(second)}.000Z`;
    const row = (unread_count: number, last: number) =>
      conversation({ unread_count, ...shown(at(last)) });
    const received = (nth: number) => inbound(nth, { date_created: at(nth) });
    const { thread } = createThread([1, 2].map(received));
    await thread.open(row(1, 2));
    expect(thread.firstUnread).toBe(id(2));
    // The second was read. The list may receive the next message before or after the thread.
    thread.apply({ type: 'message', message: received(3) });
    thread.markUnread(row(0, 2));
    expect(thread.firstUnread).toBe(id(3));
    thread.apply({ type: 'message', message: received(4) });
    thread.markUnread(row(2, 4));
    expect(thread.firstUnread).toBe(id(3));
    thread.apply({ type: 'message', message: received(5) });
    thread.markUnread(row(1, 5));
    expect(thread.firstUnread).toBe(id(5));
  });

  it('reports a new message once, whether pushed or loaded', async () => {
    const { thread, server, arrived } = createThread(many(3));
    await thread.open(conversation());
    expect(arrived).toEqual([]);
    server.rows.push(inbound(4));
    await thread.resync(null);
    thread.apply({ type: 'message', message: inbound(4) });
    thread.apply({ type: 'message', message: inbound(5) });
    server.rows.push(inbound(5), message({ message_id: id(6) }));
    await thread.resync(null);
    expect(arrived).toEqual([id(4), id(5), id(6)]);
  });

  it('is initialized by the first load that succeeds', async () => {
    const { thread, server } = createThread(many(5));
    server.fails = true;
    await thread.open(conversation({ unread_count: 2 }));
    expect([thread.initialized, thread.firstUnread]).toEqual([false, null]);
    server.fails = false;
    await thread.refresh();
    expect([thread.initialized, thread.firstUnread]).toEqual([true, id(4)]);
  });

  it('is not initialized by a load that started before it was opened', async () => {
    const { thread, server } = createThread(many(5));
    await thread.open(conversation());
    const before = thread.refresh();
    server.rows.push(inbound(6));
    const opened = thread.open(conversation({ unread_count: 1 }));
    await before;
    expect([thread.initialized, thread.firstUnread]).toEqual([false, null]);
    await opened;
    expect([thread.initialized, thread.firstUnread]).toEqual([true, id(6)]);
  });

  it('ignores a pushed change of a message older than the loaded pages', async () => {
    const { thread, server } = createThread(many(25));
    await thread.open(conversation());
    const changed = inbound(3, { rev: 2, body: 'Changed' });
    server.rows[2] = changed;
    thread.apply({ type: 'message', message: changed });
    expect(thread.messages.oldest?.message_id).toBe(id(16));
    expect(await thread.seek(id(3))).toBe(true);
    expect(thread.messages.items).toHaveLength(25);
    expect(thread.messages.get(id(3))?.body).toBe('Changed');
  });

  it('ignores a pushed change of an old message before its first page', async () => {
    const { thread } = createThread(many(25));
    const opened = thread.open(conversation());
    thread.apply({ type: 'message', message: inbound(3, { rev: 2 }) });
    await opened;
    expect(thread.messages.oldest?.message_id).toBe(id(16));
  });

  it('scrolls to the last requested message', async () => {
    const { thread, server } = createThread(many(60));
    await thread.open(conversation());
    const far = thread.seek(id(2));
    const near = thread.seek(id(45));
    expect(await Promise.all([far, near])).toEqual([false, true]);
    expect(thread.scrollTarget?.id).toBe(id(45));
    const ended = thread.seek(id(2));
    thread.endSeek();
    server.calls = [];
    expect([await ended, thread.seeking, thread.scrollTarget?.id]).toEqual([false, false, id(45)]);
    expect(server.calls.length).toBeLessThan(2);
  });

  it('compares the preview with the newest message by the millisecond', async () => {
    const { thread } = createThread([inbound(1, { date_created: '2026-11-01T09:00:00.500Z' })]);
    await thread.open(conversation());
    const withPreview = (at: string) => conversation(shown(at));
    expect(thread.includesPreview(withPreview('2026-11-01T09:00:00.500Z'))).toBe(true);
    expect(thread.includesPreview(withPreview('2026-11-01T09:00:00.501Z'))).toBe(false);
    expect(thread.includesPreview(conversation())).toBe(true);
  });

  it('loads older pages until there are none', async () => {
    const { thread } = createThread(many(25));
    await thread.open(conversation());
    expect([thread.messages.items.length, thread.hasOlder]).toEqual([10, true]);
    await Promise.all([thread.loadOlder(), thread.loadOlder()]);
    expect(thread.messages.items).toHaveLength(20);
    await thread.loadOlder();
    expect([thread.messages.items.length, thread.hasOlder]).toEqual([25, false]);
  });

  it('loads once more for calls during a load', async () => {
    const { thread, server } = createThread(many(1));
    const first = thread.refresh();
    server.rows.push(inbound(2));
    await Promise.all([first, thread.refresh(), thread.refresh()]);
    expect([thread.messages.newest?.message_id, server.calls.length]).toEqual([id(2), 2]);
  });

  it('resyncs the newest page and the page in view', async () => {
    const { thread, server } = createThread(many(25));
    await thread.open(conversation());
    await thread.loadOlder();
    server.rows[10] = inbound(11, { rev: 2, body: 'Changed' });
    server.rows.push(inbound(26));
    server.calls = [];
    await thread.resync(id(11));
    expect(server.calls).toEqual([null, id(16)]);
    expect(thread.messages.get(id(11))?.body).toBe('Changed');
    expect(thread.messages.newest?.message_id).toBe(id(26));
  });

  it('starts again when more than one page has arrived', async () => {
    const { thread, server } = createThread(many(12));
    await thread.open(conversation());
    server.rows.push(...many(15, 13));
    await thread.resync(null);
    expect(thread.messages.items.map((row) => row.message_id)).toEqual(
      many(10, 18).map((row) => row.message_id),
    );
    await thread.loadOlder();
    expect(thread.messages.oldest?.message_id).toBe(id(8));
  });

  it('detects the gap before a pushed message', async () => {
    const { thread, server } = createThread(many(12));
    await thread.open(conversation());
    server.rows.push(...many(15, 13));
    thread.apply({ type: 'message', message: inbound(27) });
    await thread.resync(null);
    expect(thread.messages.items.map((row) => row.message_id)).toEqual(
      many(10, 18).map((row) => row.message_id),
    );
  });

  it('keeps a message that is pushed while the page after a gap loads', async () => {
    const { thread, server } = createThread(many(12));
    await thread.open(conversation());
    server.rows.push(...many(15, 13));
    const resynced = thread.resync(null);
    thread.apply({ type: 'message', message: inbound(28) });
    await resynced;
    expect(thread.messages.oldest?.message_id).toBe(id(18));
    expect(thread.messages.newest?.message_id).toBe(id(28));
  });

  it('resyncs messages that have left the newest page', async () => {
    const { thread, server } = createThread(many(8));
    await thread.open(conversation());
    for (let at = 9; at <= 40; at += 1) {
      server.rows.push(inbound(at));
      thread.apply({ type: 'message', message: inbound(at) });
      await thread.resync(null);
    }
    for (const at of [1, 12, 25, 30]) {
      server.rows[at - 1] = inbound(at, { rev: 2, body: 'Changed' });
      server.calls = [];
      await thread.resync(id(at));
      expect(server.calls).toHaveLength(2);
      expect(thread.messages.get(id(at))?.body).toBe('Changed');
    }
  });

  it('removes deleted messages', async () => {
    const { thread, server } = createThread(many(5));
    await thread.open(conversation());
    server.rows = server.rows.slice(3);
    server.cleared = id(3);
    await thread.resync(null);
    expect(thread.messages.items.map((row) => row.message_id)).toEqual([id(4), id(5)]);
  });

  it('keeps its messages after a failed load and shows the error until one succeeds', async () => {
    const { thread, server } = createThread(many(3));
    await thread.open(conversation());
    server.fails = true;
    await thread.refresh();
    expect([thread.error, thread.messages.items.length]).toEqual(['Not now.', 3]);
    server.fails = false;
    await thread.refresh();
    expect(thread.error).toBeNull();
  });
});
