/**
 * The shapes of the people's API. One name per schema of `/openapi.json`; everything else in the
 * page imports from here.
 */

/** A phone number as the server parsed and formatted it. */
export interface PhoneNumber {
  e164: string;
  national: string;
  /** Two-letter country, or null when the number belongs to none. */
  region: string | null;
}

export type Filter = 'open' | 'unread' | 'closed';
export type Direction = 'inbound' | 'outbound';
export type ConversationStatus = 'open' | 'closed';

/** The newest message of a conversation, shortened for the list. */
export interface Preview {
  body: string;
  direction: Direction;
  at: string;
}

export interface Conversation {
  conversation_id: string;
  channel: 'sms';
  inbox: string;
  status: ConversationStatus;
  twilio_number: string;
  mobile_number: string;
  /** The customer's number. */
  number: PhoneNumber;
  contact_name: string | null;
  unread_count: number;
  preview: Preview | null;
  date_created: string;
  /** Time of the last activity: the place in the list. */
  date_updated: string;
  /** Grows by one with every write; the higher one wins. */
  rev: number;
}

/** What Twilio reports of a message; each is kept with the time it was first heard of. */
export type TwilioStatus =
  | 'receiving'
  | 'accepted'
  | 'scheduled'
  | 'queued'
  | 'sending'
  | 'sent'
  | 'partially_delivered'
  | 'delivered'
  | 'undelivered'
  | 'failed'
  | 'canceled'
  | 'received'
  | 'read';

export interface Seen {
  at: string;
  code?: number | null;
}

export type SeenMap = Partial<Record<TwilioStatus, Seen>>;

/** What became of our call to Twilio. */
export interface Outcome {
  kind: 'refused' | 'unconfirmed' | 'sent';
  code?: number | null;
}

export type IntentState = 'ready' | 'claimed' | 'later' | 'unknown';

/** What is still to be done at Twilio; gone when settled. */
export interface Intent {
  state: IntentState;
  step: number;
}

export type MessageStatus =
  | 'received'
  | 'queued'
  | 'sending'
  | 'sent'
  | 'delivered'
  | 'read'
  | 'undelivered'
  | 'failed'
  | 'canceled'
  | 'refused'
  | 'unconfirmed'
  | 'unknown';

/** A Twilio code in plain words. */
export interface MessageError {
  code: number;
  title: string;
  advice: string;
  retry: boolean;
}

export interface Message {
  /** ULID: sorts by time. */
  message_id: string;
  conversation_id: string;
  direction: Direction;
  twilio_number: string;
  mobile_number: string;
  /** Display name of the user who wrote it; null for a customer. */
  author: string | null;
  body: string;
  date_created: string;
  rev: number;
  seen: SeenMap;
  outcome: Outcome | null;
  intent: Intent | null;
  retried_by: string | null;
  idempotency_key: string | null;
  sid: string | null;
  status: MessageStatus;
  error: MessageError | null;
}

export interface User {
  username: string;
  display_name: string;
  role: 'admin' | 'agent';
}

export interface Session {
  access_token: string;
  /** Seconds. */
  expires_in: number;
  user: User;
}

export interface ConversationPage {
  conversations: Conversation[];
  cursor: string | null;
}

export interface MessagePage {
  /** Oldest first. */
  messages: Message[];
  older: string | null;
  newer: string | null;
  /** Everything up to and including this message was deleted. */
  cleared: string | null;
}

export interface Sender {
  address: string;
  channel: 'sms';
  inbox: string;
  name: string;
  number: PhoneNumber;
}

export interface NumberCheck {
  valid: boolean;
  number: PhoneNumber | null;
  reason: string | null;
  conversation: Conversation | null;
}

export interface QuarantineItem {
  quarantine_id: string;
  /** A stable word. */
  reason: string;
  /** Why it is held back, in a sentence. */
  detail: string;
  count: number;
  date_created: string;
  date_updated: string;
  raw: string;
  truncated: boolean;
  /** Whether Twilio's signature was right. */
  signed: boolean;
}

export interface QuarantinePage {
  items: QuarantineItem[];
  cursor: string | null;
}

export interface Ticket {
  ticket: string;
  url: string;
  expires_in: number;
}

/** application/problem+json. `current` comes with a 409. */
export interface Problem {
  type?: string;
  title?: string;
  status: number;
  detail?: string;
  code?: string;
  current?: Conversation;
}

/** What comes over the socket. */
export type LiveEvent =
  | { type: 'conversation'; conversation: Conversation }
  | { type: 'message'; message: Message }
  | {
      type: 'intent';
      conversation_id: string;
      message_id: string;
      /** null: settled, gone. */
      state: IntentState | null;
      step: number;
    }
  | { type: 'reload'; conversation_ids: string[] };

export interface LiveFrame {
  events: LiveEvent[];
}
