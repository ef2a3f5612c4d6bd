/** A phone on the bench. */
export interface Phone {
  /** As its channel writes it: `+1206…`, `whatsapp:+1206…`, `messenger:…`, `rcs:+1206…`. */
  number: string;
  name: string | null;
  airplane: boolean;
  condition: string;
  added_at: string;
}

/** A file of a message. */
export interface PhoneMedia {
  sid: string;
  content_type: string;
  name: string | null;
  size: number;
}

/** What an app sends beside a text; what is not there is null, or left out when sending. */
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

/** What is sent from a phone. */
export interface SendFromPhone {
  to: string;
  body?: string;
  /** SIDs of files that the network keeps. */
  media?: string[];
  particulars?: AppExtras;
}

/** A message as the phone shows it. */
export interface PhoneMessage {
  sid: string;
  /** The order in which the network took the messages. */
  seq: number;
  phone: string;
  /** The desk's number. */
  number: string;
  from_phone: boolean;
  body: string;
  media: PhoneMedia[];
  particulars: AppExtras;
  /** The customer has seen it, and the desk may know. */
  read: boolean;
  at: string;
  /** Typed here: on its way, stored at the desk, or given up. From the desk: arrived. */
  state: 'sending' | 'stored' | 'failed' | 'arrived';
  /** What the desk answered the network. */
  answer_status: number | null;
  /** From the network's call to the desk's answer, milliseconds. */
  stored_ms: number | null;
}

/** The bench as it is. */
export interface PhoneList {
  now: string;
  numbers: string[];
  phones: Phone[];
}
