import { describe, expect, it } from 'vitest';
import { hueFor, initials, displayName } from './contact';
import { conversation } from './samples.test-data';

const called = (contact_name: string | null) => initials(conversation({ contact_name }));

describe('a contact', () => {
  it('is shown by name, or by the number in national format', () => {
    expect(displayName(conversation({ contact_name: 'Ada' }))).toBe('Ada');
    expect(displayName(conversation())).toBe('07911 123456');
    const own = conversation({ profile_name: 'ada on WhatsApp' });
    expect(displayName(own), 'their own name, until an agent sets one').toBe('ada on WhatsApp');
    expect(initials(own)).toBe('AW');
  });

  it.each([
    ['messenger:20000000000100', 'Messenger user ·0100', '00'],
    ['whatsapp:US.13491208655302741918', 'WhatsApp user ·1918', '18'],
    ['client:3f0c9aa2-6d4e-4b7a-9d51-20c4e8a1b7f3', 'Chat user ·b7f3', 'f3'],
    ['client:alice', 'alice', 'ce'],
    ['+12065550100', '+12065550100', '00'],
  ])('without a number is not shown by the address %s', (address, name, short) => {
    const phone_number = { e164: address, national: address, region: null };
    expect(displayName(conversation({ phone_number }))).toBe(name);
    expect(initials(conversation({ phone_number }))).toBe(short);
  });

  it('has the initials of the first and the last word', () => {
    expect(called('Ada Marsh')).toBe('AM');
    expect(called('Hartmann & Söhne Elektro GmbH')).toBe('HG');
    expect(called('tom')).toBe('T');
    expect(called('نور الدين')).toBe('نا');
    expect(called('🎉 Ada')).toBe('A');
    expect(called(null)).toBe('56');
  });

  it('always has the same of eight hues', () => {
    expect(hueFor('c1')).toBe(hueFor('c1'));
    const hues = new Set(Array.from({ length: 200 }, (_, at) => hueFor(`c${String(at)}`)));
    expect([...hues].sort()).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  });
});
