import type { components } from './schema';

/**
 * The shapes of the people's API, under the names that the page uses. `schema.ts` is generated from
 * `openapi.json` (`npm run types`); everything else imports from here.
 */
type Schemas = components['schemas'];

/** The server writes every field: what it does not know is null, never absent. */
type Whole<T> = T extends object ? { [K in keyof T]-?: Whole<Exclude<T[K], undefined>> } : T;

export type PhoneNumber = Whole<Schemas['PhoneNumber']>;
export type Direction = Schemas['Direction'];
export type ConversationStatus = Schemas['ConversationStatus'];
export type Preview = Whole<Schemas['Preview']>;
export type Conversation = Whole<Schemas['Conversation']>;
export type ConversationPage = Whole<Schemas['ConversationList']>;

export type Channel = Schemas['Channel'];

export type Filter = 'open' | 'unread' | 'closed';

/** What Twilio reports of a message; each is kept with the time it was first heard of. */
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

/** One report; it carries a code only when Twilio gave one. */
export type StatusRecord = Schemas['Seen'];
export type StatusRecords = Partial<Record<DeliveryStatus, StatusRecord>>;

/** What became of our call to Twilio. */
export type SendResult = Whole<Schemas['Outcome']>;
export type OutboxState = Schemas['IntentState'];
export type OutboxEntry = Whole<Schemas['Intent']>;
export type DisplayStatus = Schemas['MessageLabel'];
export type MessageError = Whole<Schemas['MessageError']>;
export type Message = Omit<Whole<Schemas['Message']>, 'seen'> & { seen: StatusRecords };
export type MessagePage = Omit<Whole<Schemas['MessageList']>, 'messages'> & { messages: Message[] };

export type Media = Whole<Schemas['Media']>;
export type MediaKind = Schemas['MediaKind'];
export type MessageExtras = Whole<Schemas['Particulars']>;
export type Location = Whole<Schemas['Location']>;

/** Where the bytes of a stored medium can be read, until `expires_at`. */
export type MediaDownload = Whole<Schemas['MediaLink']>;
/** A medium in the gallery, with the message that brought it. */
export type MediaItem = Whole<Schemas['ListedMedia']>;
export type MediaPage = Whole<Schemas['MediaList']>;
/** Where the browser may put the bytes of one file, with these headers, until `expires_at`. */
export type UploadTarget = Whole<Schemas['UploadPlace']>;

/** A file that has been put there, to go with a message. */
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
export type BulkReleaseResult = Whole<Schemas['ReleasedQuarantines']>;
export type CheckResult = Whole<Schemas['CheckResult']>;
export type ConsentRecord = Whole<Schemas['ConsentEntry']>;
export type ConsentState = Schemas['ConsentState'];
export type Ticket = Whole<Schemas['IssuedTicket']>;

/** What an answer says, by its key; the English stands beside it. */
export type LocalizedText = Whole<Schemas['Sentence']>;

/** application/problem+json. `current` comes with a conflict. */
export type Problem = Partial<Whole<Schemas['Problem']>>;

type SchemaEvent = Whole<Schemas['Event']>;

/** What comes over the socket. */
export type LiveEvent =
  Exclude<SchemaEvent, { type: 'message' }> | { type: 'message'; message: Message };

export interface LiveFrame {
  events: LiveEvent[];
}
