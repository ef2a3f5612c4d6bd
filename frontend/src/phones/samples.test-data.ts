import type { Phone, PhoneMessage } from './types';

/** A text as the network tells of it, for tests; what matters to a test is given. */
export function text(given: Partial<PhoneMessage> = {}): PhoneMessage {
  return {
    sid: 'SM1',
    seq: 1,
    phone: '+12065550123',
    number: '+18555080989',
    from_phone: true,
    body: 'hello',
    media: [],
    particulars: {},
    read: false,
    at: '2026-11-20T14:02:00Z',
    state: 'sending',
    answer_status: null,
    stored_ms: null,
    ...given,
  };
}

/** A phone as the network tells of it, for tests. */
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
