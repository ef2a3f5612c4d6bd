import type { components } from './schema';

/**
 * The types of the API under the names that the page uses.
 *
 * `schema.ts` is generated from `openapi.json` (`npm run types`). Everything else imports from
 * here.
 */
type Schemas = components['schemas'];

/** The server writes every field; unknown values are null. */
type Whole<T> = T extends object ? { [K in keyof T]-?: Whole<Exclude<T[K], undefined>> } : T;

export type PhoneNumber = Whole<Schemas['PhoneNumber']>;
export type Direction = Schemas['Direction'];
export type ConversationStatus = Schemas['ConversationStatus'];
export type Preview = Whole<Schemas['Preview']>;
export type Conversation = Whole<Schemas['Conversation']>;
export type ConversationPage = Whole<Schemas['ConversationList']>;

export type Channel = Schemas['Channel'];

export type Filter = 'open' | 'unread' | 'closed';

/** A status that Twilio reports. Each is stored with the time of its first report. */
export type DeliveryStatus =
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

/** One report. It has a code only if Twilio sent one. */
export type StatusRecord = Schemas['StatusRecord'];
export type StatusRecords = Partial<Record<DeliveryStatus, StatusRecord>>;

/** Our record of one create call to Twilio. */
export type SendResult = Whole<Schemas['SendResult']>;
export type OutboxState = Schemas['OutboxState'];
export type OutboxEntry = Whole<Schemas['OutboxEntry']>;
export type DisplayStatus = Schemas['DisplayStatus'];
export type MessageError = Whole<Schemas['MessageError']>;
export type Message = Omit<Whole<Schemas['Message']>, 'statuses'> & { statuses: StatusRecords };
export type MessagePage = Omit<Whole<Schemas['MessageList']>, 'messages'> & { messages: Message[] };

export type Media = Whole<Schemas['Media']>;
export type MediaKind = Schemas['MediaKind'];
export type MessageExtras = Whole<Schemas['MessageExtras']>;
export type Location = Whole<Schemas['Location']>;

/** The download URL of stored media, valid until `expires_at`. */
export type MediaDownload = Whole<Schemas['MediaDownload']>;
/** A media file with the message it belongs to. */
export type MediaItem = Whole<Schemas['MediaItem']>;
export type MediaPage = Whole<Schemas['MediaList']>;
/** Where and with which headers the browser uploads a file, until `expires_at`. */
export type UploadTarget = Whole<Schemas['UploadTarget']>;

/** An uploaded file that belongs to a draft. */
export interface UploadedFile {
  upload_id: string;
  name: string;
  content_type: string;
  size: number;
}

export type User = Whole<Schemas['SignedInUser']>;
export type Session = Whole<Schemas['Session']>;
export type Sender = Whole<Schemas['Sender']>;
export type NumberCheck = Whole<Schemas['CheckedNumber']>;
export type QuarantineItem = Whole<Schemas['QuarantineItem']>;
export type QuarantinePage = Whole<Schemas['QuarantineList']>;
export type BulkReleaseResult = Whole<Schemas['BulkReleaseResult']>;
export type CheckResult = Whole<Schemas['CheckResult']>;
export type ConsentRecord = Whole<Schemas['ConsentRecord']>;
export type ConsentState = Schemas['ConsentState'];
export type Ticket = Whole<Schemas['IssuedTicket']>;

/** A text of a response by its key. The English is sent next to it. */
export type LocalizedText = Whole<Schemas['LocalizedText']>;

/** application/problem+json. A conflict contains the `current` conversation. */
export type Problem = Partial<Whole<Schemas['Problem']>>;

type SchemaEvent = Whole<Schemas['LiveEvent']>;

/** An event that the socket delivers. */
export type LiveEvent =
  Exclude<SchemaEvent, { type: 'message' }> | { type: 'message'; message: Message };

export interface LiveFrame {
  events: LiveEvent[];
}
