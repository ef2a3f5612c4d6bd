/** A simulated phone. */
export interface Phone {
  /** As its channel writes it: `+1206…`, `whatsapp:+1206…`, `messenger:…`, `rcs:+1206…`. */
  number: string;
  name: string | null;
  airplane: boolean;
  condition: string;
  added_at: string;
}

/** A media file of a message. */
export interface PhoneMedia {
  sid: string;
  content_type: string;
  name: string | null;
  size: number;
}

/** What an app sends besides text. Missing values are null, or omitted when sending. */
export interface AppExtras {
  location?: {
    latitude: string;
    longitude: string;
    label: string | null;
    address: string | null;
  } | null;
  button?: { text: string; payload: string | null } | null;
  reply_to?: string | null;
}

/** A message to send from a phone. */
export interface SendFromPhone {
  to: string;
  body?: string;
  /** SIDs of uploaded files. */
  media?: string[];
  extras?: AppExtras;
}

/** A message as the phone shows it. */
export interface PhoneMessage {
  sid: string;
  /** The order in which the simulator accepted the messages. */
  seq: number;
  phone: string;
  /** Our sender. */
  number: string;
  from_phone: boolean;
  body: string;
  media: PhoneMedia[];
  extras: AppExtras;
  /** Whether the customer has read it and read receipts are sent. */
  read: boolean;
  at: string;
  /** From the phone: sending, stored by Partyline or failed. From the desk: arrived. */
  state: 'sending' | 'stored' | 'failed' | 'arrived';
  /** The HTTP status of Partyline's response. */
  answer_status: number | null;
  /** The time from the webhook to Partyline's response (ms). */
  stored_ms: number | null;
}

/** All phones, with the senders and the current time. */
export interface PhoneList {
  now: string;
  numbers: string[];
  phones: Phone[];
}
