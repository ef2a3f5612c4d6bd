import { expect, it } from 'vitest';
import { parseChannel, senderFor, skinFor } from './channel';

it('knows a channel by what an address begins with', () => {
  expect(
    ['+12065550100', 'whatsapp:+12065550100', 'messenger:1', 'rcs:+12065550100'].map(parseChannel),
  ).toEqual(['sms', 'whatsapp', 'messenger', 'rcs']);
});

it('shows RCS in the app of SMS', () => {
  expect([skinFor('rcs:+12065550100'), skinFor('whatsapp:+12065550100')]).toEqual([
    'sms',
    'whatsapp',
  ]);
});

it('writes to the sender of its own channel, or to the one it had to do with', () => {
  const senders = ['+18555080989', 'whatsapp:+18555080990'];
  expect(senderFor('whatsapp:+1', undefined, senders)).toBe('whatsapp:+18555080990');
  expect(senderFor('+1', '+15550001111', senders)).toBe('+15550001111');
  expect(senderFor('messenger:1', undefined, senders)).toBe('');
});
