import { describe, expect, it } from 'vitest';
import type { Client } from '../api/client';
import { ApiError } from '../api/problem';
import type { Message } from '../api/types';
import { Drafts } from './drafts.svelte';
import { storage } from './storage.test-data';
import { PendingSends } from './pending-sends.svelte';
import { message } from './samples.test-data';

type Answer = (body: string, key: string) => Message | Promise<Message>;

/** Pending sends over a server that returns the next of `answers` for each call. */
const outbox = (...answers: Answer[]) => outboxIn(null, ...answers);

/** The same after the page was reloaded in a tab with this storage. */
function outboxIn(place: Storage | null, ...answers: Answer[]) {
  const keys: string[] = [];
  const stored: Message[] = [];
  const next = (body: string, key: string) => {
    keys.push(key);
    const answer = answers.shift() ?? store;
    return Promise.resolve().then(() => answer(body, key));
  };
  const client = {
    sendMessage: (_: string, sent: { body: string; idempotency_key: string }) =>
      next(sent.body, sent.idempotency_key),
    retryMessage: (_: string, id: string, key: string) => next(id, key),
  } as Partial<Client> as Client;
  const drafts = new Drafts(place);
  drafts.open('ada');
  const box = new PendingSends(
    'c1',
    client,
    drafts,
    (message) => {
      stored.push(message);
      box.onStored(message);
    },
    () => Promise.resolve(),
  );
  return { box, drafts, keys, stored };
}

const store: Answer = (body, key) => message({ body, idempotency_key: key });
const lost: Answer = () => {
  throw new ApiError(0, 'Not reached.');
};
const never: Answer = () => new Promise<Message>(() => undefined);
const refused: Answer = () => {
  throw new ApiError(422, 'Too long.');
};

describe('pending sends', () => {
  it('show the bubble at once, clear the draft and are replaced by the stored message', async () => {
    const { box, drafts, stored } = outbox();
    drafts.setText('c1', 'Hello ');
    const sent = box.send();
    expect(drafts.text('c1')).toBe('');
    expect(box.items.map((send) => send.body)).toEqual(['Hello']);
    await sent;
    expect(box.items).toEqual([]);
    expect(stored).toHaveLength(1);
  });

  it('do nothing for an empty draft', async () => {
    const { box, drafts, keys } = outbox();
    drafts.setText('c1', '  \n');
    await box.send();
    expect(keys).toEqual([]);
  });

  it('are sent one after the other, in order', async () => {
    /** The number of stored messages when each request started. */
    const before: number[] = [];
    const noted = (answer: Answer): Answer => {
      return (body, key) => {
        before.push(stored.length);
        return answer(body, key);
      };
    };
    const { box, drafts, stored } = outbox(noted(store), noted(refused), noted(store));
    const sends = ['One', 'Two', 'Three'].map((text) => {
      drafts.setText('c1', text);
      return box.send();
    });
    await Promise.all(sends);
    expect(before).toEqual([0, 1, 1]);
    expect(stored.map((send) => send.body)).toEqual(['One', 'Three']);
    expect(drafts.text('c1')).toBe('Two');
  });

  it('repeat a send with its key when the response is lost', async () => {
    const { box, drafts, keys, stored } = outbox(lost, lost);
    drafts.setText('c1', 'Hello');
    await box.send();
    expect(new Set(keys).size).toBe(1);
    expect(keys).toHaveLength(3);
    expect(stored).toHaveLength(1);
  });

  it('restore the text after a failure and send it again with the same key', async () => {
    const { box, drafts, keys } = outbox(lost, lost, lost);
    drafts.setText('c1', 'Hello');
    await box.send();
    expect(drafts.text('c1')).toBe('Hello');
    expect(box.problem).toBe('Not reached.');
    expect(box.items).toEqual([]);
    await box.send();
    expect(new Set(keys).size).toBe(1);
    expect(box.problem).toBeNull();
  });

  it('use a new key when the restored text was changed', async () => {
    const { box, drafts, keys } = outbox(refused);
    drafts.setText('c1', 'Hello');
    await box.send();
    drafts.setText('c1', 'Hello there');
    await box.send();
    expect(new Set(keys).size).toBe(2);
  });

  it('clear the restored text when the message turns out to be stored', async () => {
    const { box, drafts, keys } = outbox(lost, lost, lost);
    drafts.setText('c1', 'Hello');
    await box.send();
    box.onStored(message({ body: 'Hello', idempotency_key: keys[0] ?? '' }));
    expect(drafts.text('c1')).toBe('');
  });

  it('keep the bubble with the reason when there is a new draft', async () => {
    const { box, drafts, stored } = outbox(refused);
    drafts.setText('c1', 'First');
    const sent = box.send();
    drafts.setText('c1', 'Second');
    await sent;
    expect(drafts.text('c1')).toBe('Second');
    expect(box.items).toMatchObject([{ body: 'First', problem: 'Too long.' }]);
    await box.retrySend(box.items[0]?.key ?? '');
    expect(stored).toMatchObject([{ body: 'First' }]);
  });

  it('resend a failed message once per click, with one key while the result is unknown', async () => {
    const { box, keys } = outbox(lost);
    const failed = message({ status: 'failed' });
    await Promise.all([box.resend(failed), box.resend(failed)]);
    expect(keys).toHaveLength(1);
    expect(box.resends.get(failed.message_id)).toEqual({ busy: false, problem: 'Not reached.' });
    await box.resend(failed);
    expect(new Set(keys).size).toBe(1);
  });

  it('are sent once after a reload, each with its own key', async () => {
    const place = storage();
    const before = outboxIn(place, never, never);
    for (const text of ['First', 'Second']) {
      before.drafts.setText('c1', text);
      void before.box.send();
    }
    const keys = before.box.items.map((send) => send.key);
    const after = outboxIn(place);
    expect(after.drafts.pendingIds).toEqual(['c1']);
    expect(after.box.items.map((send) => send.body)).toEqual(['First', 'Second']);
    await Promise.all([after.box.resume(), after.box.resume()]);
    expect(after.keys).toEqual(keys);
    expect(after.stored.map((send) => send.body)).toEqual(['First', 'Second']);
    expect([after.drafts.pendingIds, place.length]).toEqual([[], 0]);
  });

  it('keep a failed bubble over a reload without retrying it', async () => {
    const place = storage();
    const before = outboxIn(place, refused);
    before.drafts.setText('c1', 'First');
    const sent = before.box.send();
    before.drafts.setText('c1', 'Second');
    await sent;
    const after = outboxIn(place);
    await after.box.resume();
    expect(after.keys).toEqual([]);
    expect(after.box.items).toMatchObject([{ body: 'First', problem: 'Too long.' }]);
    after.box.discard(after.box.items[0]?.key ?? '');
    expect(outboxIn(place).box.items).toEqual([]);
  });

  it('are not sent after sign-out', async () => {
    const { box, drafts, keys } = outbox(lost);
    drafts.setText('c1', 'Hello');
    const sent = box.send();
    drafts.clear();
    await sent;
    expect([keys.length, drafts.text('c1'), box.problem]).toEqual([1, '', null]);
  });
});
