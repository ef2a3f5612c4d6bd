import type { Conversation, Message } from '../api/types';

/** Returns a conversation as the server sends it, with these fields. */
export function conversation(fields: Partial<Conversation> = {}): Conversation {
  return {
    conversation_id: 'c1',
    channel: 'sms',
    inbox: 'main',
    status: 'open',
    twilio_number: '+18555080989',
    mobile_number: '+447911123456',
    phone_number: { e164: '+447911123456', national: '07911 123456', region: 'GB' },
    contact_name: null,
    profile_name: null,
    window_expires_at: null,
    consent: null,
    note: null,
    unread_count: 0,
    waiting_since: null,
    preview: null,
    date_created: '2026-11-01T09:00:00.000Z',
    date_updated: '2026-11-01T09:00:00.000Z',
    rev: 1,
    ...fields,
  };
}

/** Returns an outbound message as the server sends it, with these fields. */
export function message(fields: Partial<Message> = {}): Message {
  return {
    message_id: '01KA0000000000000000000001',
    conversation_id: 'c1',
    direction: 'outbound',
    twilio_number: '+18555080989',
    mobile_number: '+447911123456',
    author: 'Ada',
    body: 'Hello',
    media: [],
    extras: {
      location: null,
      button: null,
      reply_to: null,
      forwarded: null,
      opt_out: null,
      may_be_opt_out: false,
      referral: null,
      other_recipients: [],
    },
    date_created: '2026-11-01T09:00:00.000Z',
    rev: 1,
    statuses: {},
    send_result: null,
    outbox: null,
    retried_by: null,
    idempotency_key: null,
    sid: null,
    status: 'queued',
    error: null,
    segments: null,
    price: null,
    sms_fallback: false,
    redacted: false,
    ...fields,
  };
}
