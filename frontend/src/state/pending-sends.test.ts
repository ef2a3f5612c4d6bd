import { describe, expect, it } from 'vitest';
import type { Client } from '../api/client';
import { ApiError } from '../api/problem';
import type { Message } from '../api/types';
import { Drafts } from './drafts.svelte';
import { storage } from './storage.test-data';
import { PendingSends } from './pending-sends.svelte';
import { message } from './samples.test-data';

type Reply = (body: string, key: string) => Message | Promise<Message>;

/** Pending sends over a server that returns the next of `replies` for each call. */
const createSends = (...replies: Reply[]) => createSendsIn(null, ...replies);

/** The same after the page was reloaded in a tab with this storage. */
function createSendsIn(place: Storage | null, ...replies: Reply[]) {
  const keys: string[] = [];
  const stored: Message[] = [];
  const next = (body: string, key: string) => {
    keys.push(key);
    const reply = replies.shift() ?? store;
    return Promise.resolve().then(() => reply(body, key));
  };
  const client = {
    sendMessage: (_: string, sent: { body: string; idempotency_key: string }) =>
      next(sent.body, sent.idempotency_key),
    retryMessage: (_: string, id: string, key: string) => next(id, key),
  } as Partial<Client> as Client;
  const drafts = new Drafts(place);
  drafts.open('ada');
  const sends = new PendingSends(
    'c1',
    client,
    drafts,
    (message) => {
      stored.push(message);
      sends.onStored(message);
    },
    () => Promise.resolve(),
  );
  return { sends, drafts, keys, stored };
}

const store: Reply = (body, key) => message({ body, idempotency_key: key });
const noResponse: Reply = () => {
  throw new ApiError(0, 'Not reached.');
};
const never: Reply = () => new Promise<Message>(() => undefined);
const rejected: Reply = () => {
  throw new ApiError(422, 'Too long.');
};

describe('pending sends', () => {
  it('show the bubble at once, clear the draft and are replaced by the stored message', async () => {
    const { sends, drafts, stored } = createSends();
    drafts.setText('c1', 'Hello ');
    const sent = sends.send();
    expect(drafts.text('c1')).toBe('');
    expect(sends.items.map((send) => send.body)).toEqual(['Hello']);
    await sent;
    expect(sends.items).toEqual([]);
    expect(stored).toHaveLength(1);
  });

  it('do nothing for an empty draft', async () => {
    const { sends, drafts, keys } = createSends();
    drafts.setText('c1', '  \n');
    await sends.send();
    expect(keys).toEqual([]);
  });

  it('are sent one after the other, in order', async () => {
    /** The number of stored messages when each request started. */
    const before: number[] = [];
    const counted = (reply: Reply): Reply => {
      return (body, key) => {
        before.push(stored.length);
        return reply(body, key);
      };
    };
    const { sends, drafts, stored } = createSends(
      counted(store),
      counted(rejected),
      counted(store),
    );
    const running = ['One', 'Two', 'Three'].map((text) => {
      drafts.setText('c1', text);
      return sends.send();
    });
    await Promise.all(running);
    expect(before).toEqual([0, 1, 1]);
    expect(stored.map((send) => send.body)).toEqual(['One', 'Three']);
    expect(drafts.text('c1')).toBe('Two');
  });

  it('repeat a send with its key when the response is lost', async () => {
    const { sends, drafts, keys, stored } = createSends(noResponse, noResponse);
    drafts.setText('c1', 'Hello');
    await sends.send();
    expect(new Set(keys).size).toBe(1);
    expect(keys).toHaveLength(3);
    expect(stored).toHaveLength(1);
  });

  it('restore the text after a failure and send it again with the same key', async () => {
    const { sends, drafts, keys } = createSends(noResponse, noResponse, noResponse);
    drafts.setText('c1', 'Hello');
    await sends.send();
    expect(drafts.text('c1')).toBe('Hello');
    expect(sends.problem).toBe('Not reached.');
    expect(sends.items).toEqual([]);
    await sends.send();
    expect(new Set(keys).size).toBe(1);
    expect(sends.problem).toBeNull();
  });

  it('use a new key when the restored text was changed', async () => {
    const { sends, drafts, keys } = createSends(rejected);
    drafts.setText('c1', 'Hello');
    await sends.send();
    drafts.setText('c1', 'Hello there');
    await sends.send();
    expect(new Set(keys).size).toBe(2);
  });

  it('clear the restored text when the message turns out to be stored', async () => {
    const { sends, drafts, keys } = createSends(noResponse, noResponse, noResponse);
    drafts.setText('c1', 'Hello');
    await sends.send();
    sends.onStored(message({ body: 'Hello', idempotency_key: keys[0] ?? '' }));
    expect(drafts.text('c1')).toBe('');
  });

  it('keep the bubble with the reason when there is a new draft', async () => {
    const { sends, drafts, stored } = createSends(rejected);
    drafts.setText('c1', 'First');
    const sent = sends.send();
    drafts.setText('c1', 'Second');
    await sent;
    expect(drafts.text('c1')).toBe('Second');
    expect(sends.items).toMatchObject([{ body: 'First', problem: 'Too long.' }]);
    await sends.retrySend(sends.items[0]?.key ?? '');
    expect(stored).toMatchObject([{ body: 'First' }]);
  });

  it('resend a failed message once per click, with one key while the result is unknown', async () => {
    const { sends, keys } = createSends(noResponse);
    const failed = message({ status: 'failed' });
    await Promise.all([sends.resend(failed), sends.resend(failed)]);
    expect(keys).toHaveLength(1);
    expect(sends.resends.get(failed.message_id)).toEqual({ busy: false, problem: 'Not reached.' });
    await sends.resend(failed);
    expect(new Set(keys).size).toBe(1);
  });

  it('are sent once after a reload, each with its own key', async () => {
    const place = storage();
    const before = createSendsIn(place, never, never);
    for (const text of ['First', 'Second']) {
      before.drafts.setText('c1', text);
      void before.sends.send();
    }
    const keys = before.sends.items.map((send) => send.key);
    const after = createSendsIn(place);
    expect(after.drafts.pendingIds).toEqual(['c1']);
    expect(after.sends.items.map((send) => send.body)).toEqual(['First', 'Second']);
    await Promise.all([after.sends.resume(), after.sends.resume()]);
    expect(after.keys).toEqual(keys);
    expect(after.stored.map((send) => send.body)).toEqual(['First', 'Second']);
    expect([after.drafts.pendingIds, place.length]).toEqual([[], 0]);
  });

  it('keep a failed bubble over a reload without retrying it', async () => {
    const place = storage();
    const before = createSendsIn(place, rejected);
    before.drafts.setText('c1', 'First');
    const sent = before.sends.send();
    before.drafts.setText('c1', 'Second');
    await sent;
    const after = createSendsIn(place);
    await after.sends.resume();
    expect(after.keys).toEqual([]);
    expect(after.sends.items).toMatchObject([{ body: 'First', problem: 'Too long.' }]);
    after.sends.discard(after.sends.items[0]?.key ?? '');
    expect(createSendsIn(place).sends.items).toEqual([]);
  });

  it('are not sent after sign-out', async () => {
    const { sends, drafts, keys } = createSends(noResponse);
    drafts.setText('c1', 'Hello');
    const sent = sends.send();
    drafts.clear();
    await sent;
    expect([keys.length, drafts.text('c1'), sends.problem]).toEqual([1, '', null]);
  });
});
