import type { components } from './schema';

/**
 * The types of the API under the names that the page uses.
 *
 * `schema.ts` is generated from `openapi.json` (`npm run types`). Everything else imports from
 * here.
 */
type Schemas = components['schemas'];

export type PhoneNumber = Schemas['PhoneNumber'];
export type Direction = Schemas['Direction'];
export type ConversationStatus = Schemas['ConversationStatus'];
export type Preview = Schemas['Preview'];
export type Conversation = Schemas['Conversation'];
export type ConversationPage = Schemas['ConversationList'];

export type ListCounts = Schemas['ListCounts'];
export type Count = Schemas['Count'];

export type Channel = Schemas['Channel'];

/** A filter that the page offers. */
export type Filter = Exclude<Schemas['Filter'], 'unread' | 'all'>;

/** A status that Twilio reports. Each is stored with the time of its first report. */
export type DeliveryStatus = Schemas['DeliveryStatus'];

/** One report. It has a code only if Twilio sent one. */
export type StatusRecord = Schemas['StatusRecord'];
export type StatusRecords = Partial<Record<DeliveryStatus, StatusRecord>>;

/** Our record of one create call to Twilio. */
export type SendResult = Schemas['SendResult'];
export type OutboxState = Schemas['OutboxState'];
export type OutboxEntry = Schemas['OutboxEntry'];
export type DisplayStatus = Schemas['DisplayStatus'];
export type MessageError = Schemas['MessageError'];
export type Message = Omit<Schemas['Message'], 'statuses'> & { statuses: StatusRecords };
export type MessagePage = Omit<Schemas['MessageList'], 'messages'> & { messages: Message[] };

export type Media = Schemas['Media'];
export type MediaKind = Schemas['MediaKind'];
export type MessageExtras = Schemas['MessageExtras'];
export type Location = Schemas['Location'];

/** The download URL of stored media, valid until `expires_at`. */
export type MediaDownload = Schemas['MediaDownload'];
/** A media file with the message it belongs to. */
export type MediaItem = Schemas['MediaItem'];
export type MediaPage = Schemas['MediaList'];
/** Where and with which headers the browser uploads a file, until `expires_at`. */
export type UploadTarget = Schemas['UploadTarget'];

/** An uploaded file that belongs to a draft. */
export interface UploadedFile {
  upload_id: string;
  name: string;
  content_type: string;
  size: number;
}

export type User = Schemas['SignedInUser'];
export type Session = Schemas['Session'];
export type Sender = Schemas['Sender'];
export type NumberCheck = Schemas['CheckedNumber'];
export type QuarantineItem = Schemas['QuarantineItem'];
export type QuarantinePage = Schemas['QuarantineList'];
export type BulkReleaseResult = Schemas['BulkReleaseResult'];
export type CheckResult = Schemas['CheckResult'];
export type ConsentRecord = Schemas['ConsentRecord'];
export type ConsentState = Schemas['ConsentState'];
export type Ticket = Schemas['IssuedTicket'];

/** A text of a response by its key. The English is sent next to it. */
export type LocalizedText = Schemas['LocalizedText'];

/** application/problem+json. A conflict contains the `current` conversation. */
export type Problem = Partial<Schemas['Problem']>;

type SchemaEvent = Schemas['LiveEvent'];

/** An event that the socket delivers. */
export type LiveEvent =
  Exclude<SchemaEvent, { type: 'message' }> | { type: 'message'; message: Message };

export interface LiveFrame {
  events: LiveEvent[];
}
