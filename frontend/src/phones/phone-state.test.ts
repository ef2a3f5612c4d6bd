import { expect, it } from 'vitest';
import { type Simulator, SimulatorError } from './api';
import { DeskObserver } from './desk-observer';
import { phone, text } from './samples.test-data';
import { PhoneState } from './phone-state.svelte';

/** A phone whose simulator has only these calls. */
const createPhone = (network: Partial<Simulator> = {}) =>
  new PhoneState('+12065550123', network as Simulator, new DeskObserver());

it('shows messages in the simulator’s order, whatever the order of events', () => {
  const state = createPhone();
  state.applyMessage(text({ sid: 'b', seq: 2, body: 'second' }), true);
  state.applyMessage(text({ sid: 'a', seq: 1, body: 'first' }), true);
  expect(state.messages.map((message) => message.body)).toEqual(['first', 'second']);
});

it('does not return to sending when an old event arrives late', () => {
  const state = createPhone();
  state.applyMessage(text({ state: 'stored', stored_ms: 4 }), true);
  state.applyMessage(text({ state: 'sending' }), true);
  expect(state.messages[0]?.state).toBe('stored');
});

it('clears the field when the text is sent and shows the measured time', async () => {
  const state = createPhone({
    sendMessage: (_number, { body = '' }) => Promise.resolve(text({ body })),
  });
  state.draft = 'hello';
  await state.send('+18555080989');
  expect(state.draft).toBe('');
  expect(state.trip?.storedMs).toBeNull();
  state.applyMessage(text({ state: 'stored', stored_ms: 4 }), true);
  expect(state.trip?.storedMs).toBe(4);
});

it('uses an event that arrives before the send response', async () => {
  const state: PhoneState = createPhone({
    sendMessage: () => {
      state.applyMessage(text({ state: 'stored', stored_ms: 4 }), true);
      return Promise.resolve(text());
    },
  });
  state.draft = 'hello';
  await state.send('+18555080989');
  expect(state.trip?.storedMs).toBe(4);
});

it('restores the text when sending fails, with the reason', async () => {
  const refuse = () => Promise.reject(new SimulatorError('Airplane mode is on.'));
  const state = createPhone({ sendMessage: refuse });
  state.draft = 'hello';
  await state.send('+18555080989');
  expect([state.draft, state.problem, state.trip]).toEqual(['hello', 'Airplane mode is on.', null]);
});

it('shows that a text was not stored when Partyline rejected it', async () => {
  const state = createPhone({ sendMessage: () => Promise.resolve(text()) });
  state.draft = 'hello';
  await state.send('+18555080989');
  state.applyMessage(text({ state: 'failed', answer_status: 503, stored_ms: 9 }), true);
  expect([state.trip?.failed, state.trip?.storedMs]).toEqual([true, null]);
});

it('uploads an image first and sends it with the text', async () => {
  const sent: unknown[] = [];
  const state = createPhone({
    uploadFile: (file) =>
      Promise.resolve({ sid: 'ME1', content_type: file.type, name: file.name, size: file.size }),
    sendMessage: (_number, message) => (sent.push(message), Promise.resolve(text())),
  });
  state.draft = 'look';
  await state.sendFiles('+18555080989', [new File(['x'], 'cat.png', { type: 'image/png' })]);
  expect(sent).toEqual([{ to: '+18555080989', body: 'look', media: ['ME1'] }]);
  expect(state.draft).toBe('');
});

it('sends a read receipt once there is something to read, never for SMS', async () => {
  const read: string[] = [];
  const network = { markRead: (number: string) => (read.push(number), Promise.resolve(undefined)) };
  const app = new PhoneState(
    'whatsapp:+12065550123',
    network as unknown as Simulator,
    new DeskObserver(),
  );
  await app.markRead();
  expect(read).toEqual([]);
  app.applyMessage(text({ from_phone: false, state: 'arrived' }), false);
  await app.markRead();
  const sms = createPhone(network);
  sms.applyMessage(text({ from_phone: false, state: 'arrived' }), false);
  await sms.markRead();
  expect(read).toEqual(['whatsapp:+12065550123']);
});

it('restores the name when renaming fails', async () => {
  const state = createPhone({ rename: () => Promise.reject(new SimulatorError('Too long.')) });
  state.apply(phone({ name: 'Ada' }));
  await state.rename('a very long name');
  expect([state.name, state.problem]).toEqual(['Ada', 'Too long.']);
});

it('animates a message that arrives now, not one that is loaded again', () => {
  const state = createPhone();
  const arrived = text({ sid: 'x', from_phone: false, state: 'arrived' });
  state.applyMessage(arrived, false);
  expect(state.trip).toBeNull();
  state.applyMessage({ ...arrived, sid: 'y' }, true);
  expect(state.trip?.toDesk).toBe(false);
});
