import { expect, it } from 'vitest';
import { type Network, NetworkError } from './api';
import { DeskWatch } from './desk-watch';
import { phone, text } from './examples';
import { Handset } from './handset.svelte';

/** A phone whose network does only what is given. */
const handset = (network: Partial<Network> = {}) =>
  new Handset('+12065550123', network as Network, new DeskWatch());

it('shows messages in the order of the network, whatever the order of the news', () => {
  const one = handset();
  one.applyMessage(text({ sid: 'b', seq: 2, body: 'second' }), true);
  one.applyMessage(text({ sid: 'a', seq: 1, body: 'first' }), true);
  expect(one.messages.map((message) => message.body)).toEqual(['first', 'second']);
});

it('does not go back to sending when old news comes late', () => {
  const one = handset();
  one.applyMessage(text({ state: 'stored', stored_ms: 4 }), true);
  one.applyMessage(text({ state: 'sending' }), true);
  expect(one.messages[0]?.state).toBe('stored');
});

it('empties the field when the text leaves, and prints what the network measured', async () => {
  const one = handset({ send: (_number, _to, body) => Promise.resolve(text({ body })) });
  one.draft = 'hello';
  await one.send('+18555080989');
  expect(one.draft).toBe('');
  expect(one.trip?.storedMs).toBeNull();
  one.applyMessage(text({ state: 'stored', stored_ms: 4 }), true);
  expect(one.trip?.storedMs).toBe(4);
});

it('counts the answer too when the stream was faster than the send call', async () => {
  const one: Handset = handset({
    send: () => {
      one.applyMessage(text({ state: 'stored', stored_ms: 4 }), true);
      return Promise.resolve(text());
    },
  });
  one.draft = 'hello';
  await one.send('+18555080989');
  expect(one.trip?.storedMs).toBe(4);
});

it('gives the text back when it does not leave the phone, and says why', async () => {
  const refuse = () => Promise.reject(new NetworkError('Airplane mode is on.'));
  const one = handset({ send: refuse });
  one.draft = 'hello';
  await one.send('+18555080989');
  expect([one.draft, one.problem, one.trip]).toEqual(['hello', 'Airplane mode is on.', null]);
});

it('says that a text was not stored when the desk refused it', async () => {
  const one = handset({ send: () => Promise.resolve(text()) });
  one.draft = 'hello';
  await one.send('+18555080989');
  one.applyMessage(text({ state: 'failed', answer_status: 503, stored_ms: 9 }), true);
  expect([one.trip?.failed, one.trip?.storedMs]).toEqual([true, null]);
});

it('puts the old name back on the plate when the new one was not taken', async () => {
  const one = handset({ rename: () => Promise.reject(new NetworkError('Too long.')) });
  one.apply(phone({ name: 'Ada' }));
  await one.rename('a very long name');
  expect([one.name, one.problem]).toEqual(['Ada', 'Too long.']);
});

it('runs the lamp for a message that arrives now, not for one that is read again', () => {
  const one = handset();
  const arrived = text({ sid: 'x', from_phone: false, state: 'arrived' });
  one.applyMessage(arrived, false);
  expect(one.trip).toBeNull();
  one.applyMessage({ ...arrived, sid: 'y' }, true);
  expect(one.trip?.toDesk).toBe(false);
});
