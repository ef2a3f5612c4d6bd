import { describe, expect, it } from 'vitest';
import type { Client } from '../api/client';
import { ApiError } from '../api/problem';
import type { Conversation, Preview } from '../api/types';
import { Conversations } from './conversations.svelte';
import { Deletions } from './deletions.svelte';
import { conversation } from './samples.test-data';
import { storage } from './storage.test-data';
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

function desk(client: Partial<Client>, kept = storage()) {
  const conversations = new Conversations();
  const toasts = new Toasts();
  const deletions = new Deletions(client as Client, conversations, toasts, kept);
  return { deletions, conversations, toasts };
}

describe('the deletion of conversations', () => {
  it('deletes with the expected revision after the time to undo', async () => {
    const revs: number[] = [];
    const { deletions, conversations, toasts } = desk({
      deleteConversation: (_, rev) => {
        revs.push(rev);
        return Promise.resolve();
      },
    });
    conversations.apply({ type: 'conversation', conversation: conversation({ rev: 4 }) });
    deletions.remove(conversation({ rev: 4 }));
    const renamed = conversation({ rev: 5, contact_name: 'Ida' });
    conversations.apply({ type: 'conversation', conversation: renamed });
    expect(conversations.all).toEqual([]);
    toasts.dismiss();
    await flushCallbacks();
    expect(revs).toEqual([5]);
    expect(conversations.get('c1')).toBeUndefined();
    expect(toasts.current?.text).toBe('Conversation with 07911 123456 deleted.');
    toasts.dismiss();
  });

  it('restores a conversation with a new message before the deletion, and says so', async () => {
    const { deletions, conversations, toasts } = desk({});
    conversations.apply({ type: 'conversation', conversation: conversation({ rev: 4 }) });
    deletions.remove(conversation({ rev: 4 }));
    const written = conversation({ rev: 5, unread_count: 1, preview: more });
    conversations.apply({ type: 'conversation', conversation: written });
    toasts.dismiss();
    await flushCallbacks();
    expect(conversations.all).toEqual([written]);
    expect(toasts.current?.text).toBe(
      'The conversation with 07911 123456 has new messages and was not deleted.',
    );
    toasts.dismiss();
  });

  it('restores a conversation that another agent has answered meanwhile', async () => {
    const answered = { ...more, direction: 'outbound' as const };
    const { deletions, conversations, toasts } = desk({
      deleteConversation: () => Promise.reject(stale(conversation({ rev: 9, preview: answered }))),
    });
    deletions.remove(conversation({ rev: 4, preview: hello }));
    toasts.dismiss();
    await flushCallbacks();
    expect(conversations.get('c1')?.rev).toBe(9);
    expect(toasts.current?.text).toContain('was not deleted');
    toasts.dismiss();
  });

  it('restores a conversation whose new message only the server knows', async () => {
    const written = conversation({ rev: 6, unread_count: 1, preview: more });
    const revs: number[] = [];
    const { deletions, conversations, toasts } = desk({
      deleteConversation: (_, rev) => {
        revs.push(rev);
        // Someone renames the contact, then the customer writes.
        return Promise.reject(stale(rev === 4 ? conversation({ rev: 5 }) : written));
      },
    });
    conversations.apply({ type: 'conversation', conversation: conversation({ rev: 4 }) });
    deletions.remove(conversation({ rev: 4 }));
    toasts.dismiss();
    await flushCallbacks();
    expect(revs).toEqual([4, 5]);
    expect(conversations.all).toEqual([written]);
    expect(toasts.current?.text).toContain('was not deleted');
    toasts.dismiss();
  });

  it('shows a conversation that is created again during the deletion', async () => {
    const recreated = conversation({ rev: 6, unread_count: 1, preview: more });
    const { deletions, conversations, toasts } = desk({
      deleteConversation: () => {
        conversations.apply({ type: 'conversation', conversation: recreated });
        return Promise.resolve();
      },
    });
    conversations.apply({ type: 'conversation', conversation: conversation({ rev: 4 }) });
    deletions.remove(conversation({ rev: 4 }));
    toasts.dismiss();
    await flushCallbacks();
    expect(conversations.all).toEqual([recreated]);
  });

  it('restores a conversation whose deletion failed, with the reason', async () => {
    const { deletions, conversations, toasts } = desk({
      deleteConversation: () => Promise.reject(new ApiError(503, 'Not now.')),
    });
    conversations.apply({ type: 'conversation', conversation: conversation() });
    deletions.remove(conversation());
    toasts.dismiss();
    await flushCallbacks();
    expect(conversations.all).toHaveLength(1);
    expect(toasts.current?.text).toBe('Not now.');
    toasts.dismiss();
  });

  it('opens the conversation again when it is undone', () => {
    const { deletions, conversations, toasts } = desk({});
    const undone: string[] = [];
    deletions.onUndo = (id) => undone.push(id);
    conversations.apply({ type: 'conversation', conversation: conversation() });
    deletions.remove(conversation());
    expect(toasts.current?.text).toBe('Deleting conversation with 07911 123456…');
    toasts.runAction();
    expect([undone, conversations.all.length]).toEqual([['c1'], 1]);
  });

  it('continues after a reload: pending for the rest of its time, and then done', async () => {
    const kept = storage();
    const revs: number[] = [];
    const client = {
      deleteConversation: (_: string, rev: number) => Promise.resolve(void revs.push(rev)),
    };
    const before = desk(client, kept);
    before.deletions.resume('ada');
    before.deletions.remove(conversation({ rev: 4 }));
    before.toasts.pause();

    const other = desk(client, kept);
    other.deletions.resume('ben');
    expect(other.toasts.current, 'another user').toBeNull();

    const after = desk(client, kept);
    after.deletions.resume('ada');
    after.conversations.apply({ type: 'conversation', conversation: conversation({ rev: 4 }) });
    expect(after.conversations.all, 'still hidden').toEqual([]);
    expect(after.toasts.current?.duration).toBeLessThanOrEqual(8000);
    after.toasts.dismiss();
    await flushCallbacks();
    expect(revs).toEqual([4]);

    const later = desk(client, kept);
    later.deletions.resume('ada');
    expect(later.toasts.current, 'nothing is pending any more').toBeNull();
  });

  it.each([
    ['undone', (toasts: Toasts) => toasts.runAction()],
    ['taken back at sign-out', (toasts: Toasts) => toasts.cancel()],
  ])('does not continue what was %s', (_, end) => {
    const kept = storage();
    const { deletions, toasts } = desk({}, kept);
    deletions.resume('ada');
    deletions.remove(conversation());
    end(toasts);
    const after = desk({}, kept);
    after.deletions.resume('ada');
    expect(after.toasts.current).toBeNull();
  });

  it('counts a conversation that another tab has deleted as deleted', async () => {
    const gone = () => Promise.reject(new ApiError(404, 'Not found.'));
    const { deletions, conversations, toasts } = desk({ deleteConversation: gone });
    conversations.apply({ type: 'conversation', conversation: conversation() });
    deletions.remove(conversation());
    toasts.dismiss();
    await flushCallbacks();
    expect(conversations.get('c1')).toBeUndefined();
    expect(toasts.current?.text).toContain('deleted.');
    toasts.dismiss();
  });
});
