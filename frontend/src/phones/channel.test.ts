import { expect, it } from 'vitest';
import { parseChannel, senderFor, skinFor } from './channel';

it('derives the channel from the prefix of an address', () => {
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

it('sends to the sender it used last, else to the first of its channel', () => {
  const senders = ['+18555080989', 'whatsapp:+18555080990'];
  expect(senderFor('whatsapp:+1', undefined, senders)).toBe('whatsapp:+18555080990');
  expect(senderFor('+1', '+15550001111', senders)).toBe('+15550001111');
  expect(senderFor('messenger:1', undefined, senders)).toBe('');
});
