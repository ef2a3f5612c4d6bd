import type { DeskObserver } from './desk-observer';
import type { PhoneMessage } from './types';

/** The measured times of one message between phone and desk. Unknown times are null. */
export class MessageTrip {
  readonly toDesk: boolean;
  /** The message's SID, once the simulator has assigned it. */
  sid: string | null = null;
  /** The time from the webhook to Partyline's response (ms). */
  storedMs = $state<number | null>(null);
  /**
   * To the desk: from sending until the text was painted there. To the phone: from the desk to
   * here.
   */
  shownMs = $state<number | null>(null);
  failed = $state(false);

  private constructor(toDesk: boolean) {
    this.toDesk = toDesk;
  }

  /** Starts measuring a message sent from the phone. */
  static toDesk(body: string, desk: DeskObserver): MessageTrip {
    const trip = new MessageTrip(true);
    const startedAt = performance.now();
    if (body) desk.waitFor(body, (at) => (trip.shownMs = at - startedAt));
    return trip;
  }

  /** Measures a message that arrived on the phone. */
  static toPhone(message: PhoneMessage, desk: DeskObserver): MessageTrip {
    const trip = new MessageTrip(false);
    trip.sid = message.sid;
    const seenAt = message.body ? desk.firstSeenAt(message.body) : null;
    if (seenAt !== null) {
      requestAnimationFrame(() => (trip.shownMs = performance.now() - seenAt));
    }
    return trip;
  }

  /** Records what the simulator measured. */
  onStored(message: PhoneMessage): void {
    this.failed = message.state === 'failed';
    if (message.state === 'stored') this.storedMs = message.stored_ms;
  }
}

/** Formats a time span: "4 ms", "1.2 s". */
export function formatSpan(ms: number): string {
  return ms < 1000 ? `${String(Math.max(1, Math.round(ms)))} ms` : `${(ms / 1000).toFixed(1)} s`;
}
