import { describe, expect, it } from 'vitest';
import type { Client } from '../api/client';
import { ApiError } from '../api/problem';
import type { Conversation, Preview } from '../api/types';
import { ConversationActions } from './conversation-actions.svelte';
import { Conversations } from './conversations.svelte';
import { conversation } from './samples.test-data';
import { Toasts } from './toasts.svelte';

const stale = (current: Conversation) =>
  new ApiError(409, 'Changed meanwhile.', { status: 409, current });

const text = (body: string, at: string): Preview => ({
  at,
  body,
  direction: 'inbound',
  media: null,
  media_count: 0,
});
const hello = text('Hello', '2026-11-01T09:00:00.000Z');
const more = text('More', '2026-11-01T09:05:00.000Z');

/** Resolves after all pending callbacks have run. */
const flushCallbacks = () => new Promise<void>((done) => setTimeout(done));

function desk(client: Partial<Client>) {
  const conversations = new Conversations();
  const toasts = new Toasts();
  const actions = new ConversationActions(client as Client, conversations, toasts);
  return { actions, conversations, toasts };
}

describe('the actions on a conversation', () => {
  it('marks as read up to the expected state and applies a newer state', async () => {
    const revs: number[] = [];
    const { actions, conversations } = desk({
      markRead: (_, rev) => {
        revs.push(rev);
        return Promise.reject(stale(conversation({ rev: 5, unread_count: 2 })));
      },
    });
    await actions.markRead(conversation({ rev: 4, unread_count: 1 }));
    expect(revs).toEqual([4]);
    expect(conversations.get('c1')?.unread_count).toBe(2);
  });

  it('marks as read once at a time', async () => {
    let calls = 0;
    const { actions } = desk({
      markRead: () => {
        calls += 1;
        return Promise.resolve(conversation({ rev: 2 }));
      },
    });
    await Promise.all([actions.markRead(conversation()), actions.markRead(conversation())]);
    expect(calls).toBe(1);
  });

  it('marks two conversations as read at the same time', async () => {
    const calls: string[] = [];
    const { actions } = desk({
      markRead: (id) => {
        calls.push(id);
        return Promise.resolve(conversation({ conversation_id: id, rev: 2 }));
      },
    });
    const other = conversation({ conversation_id: 'c2' });
    await Promise.all([actions.markRead(conversation()), actions.markRead(other)]);
    expect(calls).toEqual(['c1', 'c2']);
  });

  it('marks newer messages as read after the first response', async () => {
    const revs: number[] = [];
    const newer = conversation({ rev: 5, unread_count: 2 });
    const { actions, conversations } = desk({
      markRead: (_, rev) => {
        revs.push(rev);
        return rev < 5
          ? Promise.reject(stale(newer))
          : Promise.resolve(conversation({ rev: 6, unread_count: 0 }));
      },
    });
    const first = actions.markRead(conversation({ rev: 4, unread_count: 1 }));
    conversations.apply({ type: 'conversation', conversation: newer });
    await actions.markRead(newer);
    await first;
    expect(revs).toEqual([4, 5]);
    expect(conversations.get('c1')?.unread_count).toBe(0);
  });

  it('allows marking as read again after a failure, but does not repeat it', async () => {
    let calls = 0;
    const { actions } = desk({
      markRead: () => {
        calls += 1;
        return Promise.reject(new ApiError(503, 'Not now.'));
      },
    });
    await actions.markRead(conversation({ unread_count: 1 }));
    expect(calls).toBe(1);
    await actions.markRead(conversation({ unread_count: 1 }));
    expect(calls).toBe(2);
  });

  it('closes a conversation and offers one undo', async () => {
    let rev = 1;
    const { actions, conversations, toasts } = desk({
      setStatus: (_, status) => Promise.resolve(conversation({ rev: ++rev, status })),
    });
    await actions.setStatus(conversation(), 'closed');
    expect(conversations.get('c1')?.status).toBe('closed');
    toasts.runAction();
    await Promise.resolve().then(() => undefined);
    expect(conversations.get('c1')?.status).toBe('open');
    expect(toasts.current?.action).toBeUndefined();
    toasts.dismiss();
  });

  it('closes with the expected revision and repeats when only names, notes or statuses changed', async () => {
    const revs: (number | undefined)[] = [];
    const renamed = conversation({ rev: 5, contact_name: 'Ida', unread_count: 0, preview: hello });
    const { actions, conversations, toasts } = desk({
      setStatus: (_, status, rev) => {
        revs.push(rev);
        if (rev !== 5) return Promise.reject(stale(renamed));
        return Promise.resolve({ ...renamed, rev: 6, status });
      },
    });
    await actions.setStatus(conversation({ rev: 4, unread_count: 1, preview: hello }), 'closed');
    expect(revs).toEqual([4, 5]);
    expect(conversations.get('c1')?.status).toBe('closed');
    expect(toasts.current?.text).toContain('closed');
    toasts.dismiss();
  });

  it('does not close a conversation with a new message, and says so', async () => {
    const revs: (number | undefined)[] = [];
    const { actions, conversations, toasts } = desk({
      setStatus: (_, _status, rev) => {
        revs.push(rev);
        return Promise.reject(stale(conversation({ rev: 5, unread_count: 1, preview: more })));
      },
    });
    await actions.setStatus(conversation({ rev: 4, preview: hello }), 'closed');
    expect(revs).toEqual([4]);
    expect(conversations.get('c1')).toMatchObject({ status: 'open', unread_count: 1 });
    expect(toasts.current?.text).toBe(
      '07911 123456 wrote in the meantime, so the conversation stays open.',
    );
    expect(toasts.current?.action).toBeUndefined();
    toasts.dismiss();
  });

  it('does not close a conversation whose new message only another agent has read', async () => {
    const { actions, toasts } = desk({
      setStatus: () => Promise.reject(stale(conversation({ rev: 6, preview: more }))),
    });
    await actions.setStatus(conversation({ rev: 4, preview: hello }), 'closed');
    expect(toasts.current?.text).toContain('stays open');
    toasts.dismiss();
  });

  it('closes a conversation after its own pending reply', async () => {
    const answered = conversation({ rev: 5, preview: { ...more, direction: 'outbound' } });
    const { actions, toasts } = desk({
      setStatus: (_, status, rev) =>
        rev === 5
          ? Promise.resolve({ ...answered, rev: 6, status })
          : Promise.reject(stale(answered)),
    });
    await actions.setStatus(conversation({ rev: 4, preview: hello }), 'closed');
    expect(toasts.current?.text).toContain('closed');
    toasts.dismiss();
  });

  it('does not close a conversation whose new message arrived before a pending reply', async () => {
    const answered = { ...more, direction: 'outbound' as const };
    const { actions, toasts } = desk({
      setStatus: () =>
        Promise.reject(stale(conversation({ rev: 6, unread_count: 1, preview: answered }))),
    });
    await actions.setStatus(conversation({ rev: 4, unread_count: 1, preview: hello }), 'closed');
    expect(toasts.current?.text).toContain('stays open');
    toasts.dismiss();
  });

  it('gives up closing after the last attempt, with the reason', async () => {
    let rev = 4;
    const { actions, conversations, toasts } = desk({
      setStatus: () => Promise.reject(stale(conversation({ rev: ++rev }))),
    });
    await actions.setStatus(conversation({ rev: 4 }), 'closed');
    expect(conversations.get('c1')?.rev).toBe(rev);
    expect(toasts.current?.text).toBe('Changed meanwhile.');
    toasts.dismiss();
  });

  it('reopens unconditionally, and closes by undo only with the expected revision', async () => {
    const calls: [string, number | undefined][] = [];
    let now = conversation({ rev: 1, status: 'closed', preview: hello });
    const { actions, conversations, toasts } = desk({
      setStatus: (_, status, rev) => {
        calls.push([status, rev]);
        if (rev !== undefined && rev !== now.rev) return Promise.reject(stale(now));
        now = { ...now, rev: now.rev + 1, status };
        return Promise.resolve(now);
      },
    });
    await actions.setStatus(now, 'open');
    now = { ...now, rev: 3, unread_count: 1, preview: more };
    toasts.runAction();
    await flushCallbacks();
    expect(toasts.current?.text).toContain('stays open');
    expect(calls).toEqual([
      ['open', undefined],
      ['closed', 2],
    ]);
    expect(conversations.get('c1')).toMatchObject({ status: 'open', unread_count: 1 });
    toasts.dismiss();
  });

  it('does not report an ended session itself', async () => {
    const ended = () => Promise.reject(new ApiError(401, ''));
    const { actions, conversations, toasts } = desk({
      setStatus: ended,
    });
    conversations.apply({ type: 'conversation', conversation: conversation() });
    await actions.setStatus(conversation(), 'closed');
    await flushCallbacks();
    expect(toasts.current).toBeNull();
    expect(conversations.all).toHaveLength(1);
  });

  it('reports a conflicting rename and applies the other name', async () => {
    const { actions, conversations } = desk({
      setName: () => Promise.reject(stale(conversation({ rev: 3, contact_name: 'Theirs' }))),
    });
    expect(await actions.setName('c1', 'Mine', null)).toEqual({ kind: 'conflict' });
    expect(conversations.get('c1')?.contact_name).toBe('Theirs');
  });

  it('says why a rename failed', async () => {
    const { actions } = desk({ setName: () => Promise.reject(new ApiError(422, 'Too long.')) });
    expect(await actions.setName('c1', 'Mine', null)).toEqual({
      kind: 'failed',
      problem: 'Too long.',
    });
  });
});
