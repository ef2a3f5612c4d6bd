import { describe, expect, it } from 'vitest';
import type { Client } from '../api/client';
import { ApiError } from '../api/problem';
import type { Conversation } from '../api/types';
import { Acts } from './acts.svelte';
import { Conversations } from './conversations.svelte';
import { conversation } from './samples.test-data';
import { Toasts } from './toasts.svelte';

const stale = (current: Conversation) =>
  new ApiError(409, 'Changed meanwhile.', { status: 409, current });

function desk(client: Partial<Client>) {
  const conversations = new Conversations();
  const toasts = new Toasts();
  const acts = new Acts(client as Client, conversations, toasts);
  return { acts, conversations, toasts };
}

describe('what an agent may do', () => {
  it('marks as read what was seen, and takes the newer truth when more came', async () => {
    const revs: number[] = [];
    const { acts, conversations } = desk({
      markRead: (_, rev) => {
        revs.push(rev);
        return Promise.reject(stale(conversation({ rev: 5, unread_count: 2 })));
      },
    });
    await acts.markRead(conversation({ rev: 4, unread_count: 1 }));
    expect(revs).toEqual([4]);
    expect(conversations.get('c1')?.unread_count).toBe(2);
  });

  it('marks as read once at a time', async () => {
    let calls = 0;
    const { acts } = desk({
      markRead: () => {
        calls += 1;
        return Promise.resolve(conversation({ rev: 2 }));
      },
    });
    await Promise.all([acts.markRead(conversation()), acts.markRead(conversation())]);
    expect(calls).toBe(1);
  });

  it('marks two conversations as read at the same time', async () => {
    const calls: string[] = [];
    const { acts } = desk({
      markRead: (id) => {
        calls.push(id);
        return Promise.resolve(conversation({ conversation_id: id, rev: 2 }));
      },
    });
    const other = conversation({ conversation_id: 'c2' });
    await Promise.all([acts.markRead(conversation()), acts.markRead(other)]);
    expect(calls).toEqual(['c1', 'c2']);
  });

  it('marks what came meanwhile as read when the first answer is there', async () => {
    const revs: number[] = [];
    const newer = conversation({ rev: 5, unread_count: 2 });
    const { acts, conversations } = desk({
      markRead: (_, rev) => {
        revs.push(rev);
        return rev < 5
          ? Promise.reject(stale(newer))
          : Promise.resolve(conversation({ rev: 6, unread_count: 0 }));
      },
    });
    const first = acts.markRead(conversation({ rev: 4, unread_count: 1 }));
    conversations.apply({ type: 'conversation', conversation: newer });
    await acts.markRead(newer);
    await first;
    expect(revs).toEqual([4, 5]);
    expect(conversations.get('c1')?.unread_count).toBe(0);
  });

  it('may try to mark as read again after a failure, and does not by itself', async () => {
    let calls = 0;
    const { acts } = desk({
      markRead: () => {
        calls += 1;
        return Promise.reject(new ApiError(503, 'Not now.'));
      },
    });
    await acts.markRead(conversation({ unread_count: 1 }));
    expect(calls).toBe(1);
    await acts.markRead(conversation({ unread_count: 1 }));
    expect(calls).toBe(2);
  });

  it('closes, and undoes it once', async () => {
    let rev = 1;
    const { acts, conversations, toasts } = desk({
      setStatus: (_, status) => Promise.resolve(conversation({ rev: ++rev, status })),
    });
    await acts.setStatus(conversation(), 'closed');
    expect(conversations.get('c1')?.status).toBe('closed');
    toasts.act();
    await Promise.resolve().then(() => undefined);
    expect(conversations.get('c1')?.status).toBe('open');
    expect(toasts.current?.action).toBeUndefined();
    toasts.dismiss();
  });

  it('tells of a rename by somebody else, and shows theirs', async () => {
    const { acts, conversations } = desk({
      rename: () => Promise.reject(stale(conversation({ rev: 3, contact_name: 'Theirs' }))),
    });
    expect(await acts.rename('c1', 'Mine', null)).toEqual({ kind: 'conflict' });
    expect(conversations.get('c1')?.contact_name).toBe('Theirs');
  });

  it('says why a rename failed', async () => {
    const { acts } = desk({ rename: () => Promise.reject(new ApiError(422, 'Too long.')) });
    expect(await acts.rename('c1', 'Mine', null)).toEqual({ kind: 'failed', problem: 'Too long.' });
  });
});
