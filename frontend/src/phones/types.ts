/** A phone on the bench. */
export interface Phone {
  /** E.164. */
  number: string;
  name: string | null;
  airplane: boolean;
  condition: string;
  added_at: string;
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
  at: string;
  /** Typed here: on its way, stored at the desk, or given up. From the desk: arrived. */
  state: 'sending' | 'stored' | 'failed' | 'arrived';
  /** What the desk answered the network. */
  answer_status: number | null;
  /** From the network's call to the desk's answer, milliseconds. */
  stored_ms: number | null;
}

/** The bench as it is. */
export interface BenchView {
  now: string;
  numbers: string[];
  phones: Phone[];
}
