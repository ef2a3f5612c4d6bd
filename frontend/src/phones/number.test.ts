import { expect, it } from 'vitest';
import { displayName, formatNumber, addressLabel, senderName } from './number';

it('formats a North American number in groups', () => {
  expect(formatNumber('+12065550123')).toBe('(206) 555-0123');
});

it('leaves any other number as it is', () => {
  expect(formatNumber('+493012345678')).toBe('+493012345678');
  expect(formatNumber('not a number')).toBe('not a number');
});

it('shows a customer’s name, else number and channel, never an id', () => {
  expect(displayName({ name: 'Ada', number: 'messenger:200000000000100' })).toBe('Ada');
  expect(displayName({ name: null, number: '+12065550123' })).toBe('(206) 555-0123');
  expect(displayName({ name: null, number: 'whatsapp:+12065550123' })).toBe(
    '(206) 555-0123 on WhatsApp',
  );
  expect(displayName({ name: null, number: 'messenger:200000000000100' })).toBe(
    'Messenger customer',
  );
});

it('shows the number or the channel below a name', () => {
  expect(addressLabel('+12065550123')).toBe('(206) 555-0123');
  expect(addressLabel('whatsapp:+12065550123')).toBe('(206) 555-0123');
  expect(addressLabel('messenger:200000000000100')).toBe('Messenger');
});

it('shows a page or agent by name and other senders by number', () => {
  expect(['+18555080989', 'whatsapp:+18555080990'].map(senderName)).toEqual([
    '(855) 508-0989',
    '(855) 508-0990',
  ]);
  expect(['messenger:110000000000001', 'rcs:partyline_demo_agent'].map(senderName)).toEqual([
    'Partyline',
    'Partyline',
  ]);
});
