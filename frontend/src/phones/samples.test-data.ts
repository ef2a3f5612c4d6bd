import type { Phone, PhoneMessage } from './types';

/** Returns a message as the simulator sends it, with these fields. */
export function text(given: Partial<PhoneMessage> = {}): PhoneMessage {
  return {
    sid: 'SM1',
    seq: 1,
    phone: '+12065550123',
    number: '+18555080989',
    from_phone: true,
    body: 'hello',
    media: [],
    extras: {},
    read: false,
    at: '2026-11-20T14:02:00Z',
    state: 'sending',
    answer_status: null,
    stored_ms: null,
    ...given,
  };
}

/** Returns a phone as the simulator sends it, with these fields. */
export function phone(given: Partial<Phone> = {}): Phone {
  return {
    number: '+12065550123',
    name: 'Ada',
    airplane: false,
    condition: 'reachable',
    added_at: '2026-11-20T14:00:00Z',
    ...given,
  };
}
