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
  const one = handset({ send: (_number, { body = '' }) => Promise.resolve(text({ body })) });
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

it('sends a picture with what was typed, kept by the network first', async () => {
  const sent: unknown[] = [];
  const one = handset({
    keep: (file) =>
      Promise.resolve({ sid: 'ME1', content_type: file.type, name: file.name, size: file.size }),
    send: (_number, message) => (sent.push(message), Promise.resolve(text())),
  });
  one.draft = 'look';
  await one.sendFiles('+18555080989', [new File(['x'], 'cat.png', { type: 'image/png' })]);
  expect(sent).toEqual([{ to: '+18555080989', body: 'look', media: ['ME1'] }]);
  expect(one.draft).toBe('');
});

it('tells that a thread was opened once there is something to read, and never for SMS', async () => {
  const read: string[] = [];
  const network = { read: (number: string) => (read.push(number), Promise.resolve(undefined)) };
  const app = new Handset('whatsapp:+12065550123', network as unknown as Network, new DeskWatch());
  await app.see();
  expect(read).toEqual([]);
  app.applyMessage(text({ from_phone: false, state: 'arrived' }), false);
  await app.see();
  const sms = handset(network);
  sms.applyMessage(text({ from_phone: false, state: 'arrived' }), false);
  await sms.see();
  expect(read).toEqual(['whatsapp:+12065550123']);
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
