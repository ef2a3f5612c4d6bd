import { expect, it } from 'vitest';
import { type Simulator, SimulatorError } from './api';
import { DeskObserver } from './desk-observer';
import { phone, text } from './samples.test-data';
import { PhoneState } from './phone-state.svelte';

/** A phone whose simulator has only these calls. */
const createPhone = (network: Partial<Simulator> = {}) =>
  new PhoneState('+12065550123', network as Simulator, new DeskObserver());

it('shows messages in the order of the network, whatever the order of the news', () => {
  const state = createPhone();
  state.applyMessage(text({ sid: 'b', seq: 2, body: 'second' }), true);
  state.applyMessage(text({ sid: 'a', seq: 1, body: 'first' }), true);
  expect(state.messages.map((message) => message.body)).toEqual(['first', 'second']);
});

it('does not go back to sending when old news comes late', () => {
  const state = createPhone();
  state.applyMessage(text({ state: 'stored', stored_ms: 4 }), true);
  state.applyMessage(text({ state: 'sending' }), true);
  expect(state.messages[0]?.state).toBe('stored');
});

it('empties the field when the text leaves, and prints what the network measured', async () => {
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

it('counts the answer too when the stream was faster than the send call', async () => {
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

it('gives the text back when it does not leave the phone, and says why', async () => {
  const refuse = () => Promise.reject(new SimulatorError('Airplane mode is on.'));
  const state = createPhone({ sendMessage: refuse });
  state.draft = 'hello';
  await state.send('+18555080989');
  expect([state.draft, state.problem, state.trip]).toEqual(['hello', 'Airplane mode is on.', null]);
});

it('says that a text was not stored when the desk refused it', async () => {
  const state = createPhone({ sendMessage: () => Promise.resolve(text()) });
  state.draft = 'hello';
  await state.send('+18555080989');
  state.applyMessage(text({ state: 'failed', answer_status: 503, stored_ms: 9 }), true);
  expect([state.trip?.failed, state.trip?.storedMs]).toEqual([true, null]);
});

it('sends a picture with what was typed, kept by the network first', async () => {
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

it('tells that a thread was opened once there is something to read, and never for SMS', async () => {
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

it('puts the old name back on the plate when the new one was not taken', async () => {
  const state = createPhone({ rename: () => Promise.reject(new SimulatorError('Too long.')) });
  state.apply(phone({ name: 'Ada' }));
  await state.rename('a very long name');
  expect([state.name, state.problem]).toEqual(['Ada', 'Too long.']);
});

it('runs the lamp for a message that arrives now, not for one that is read again', () => {
  const state = createPhone();
  const arrived = text({ sid: 'x', from_phone: false, state: 'arrived' });
  state.applyMessage(arrived, false);
  expect(state.trip).toBeNull();
  state.applyMessage({ ...arrived, sid: 'y' }, true);
  expect(state.trip?.toDesk).toBe(false);
});
