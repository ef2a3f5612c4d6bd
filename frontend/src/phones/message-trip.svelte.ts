import type { DeskObserver } from './desk-observer';
import type { PhoneMessage } from './types';

/** One message through the cord, with what was measured on the way. Nothing is estimated: what was not seen is null. */
export class MessageTrip {
  readonly toDesk: boolean;
  /** The message, once the network has named it. */
  sid: string | null = null;
  /** The desk's answer to the network after so many ms. */
  storedMs = $state<number | null>(null);
  /** To the desk: from the key press until the text was painted there. To the phone: from standing on the desk to here. */
  shownMs = $state<number | null>(null);
  failed = $state(false);

  private constructor(toDesk: boolean) {
    this.toDesk = toDesk;
  }

  /** A text just sent from the phone. */
  static toDesk(body: string, desk: DeskObserver): MessageTrip {
    const trip = new MessageTrip(true);
    const startedAt = performance.now();
    if (body) desk.waitFor(body, (at) => (trip.shownMs = at - startedAt));
    return trip;
  }

  /** A text that just arrived on the phone. */
  static toPhone(message: PhoneMessage, desk: DeskObserver): MessageTrip {
    const trip = new MessageTrip(false);
    trip.sid = message.sid;
    const seenAt = message.body ? desk.firstSeenAt(message.body) : null;
    if (seenAt !== null) {
      requestAnimationFrame(() => (trip.shownMs = performance.now() - seenAt));
    }
    return trip;
  }

  /** What the network learned about the message. */
  onStored(message: PhoneMessage): void {
    this.failed = message.state === 'failed';
    if (message.state === 'stored') this.storedMs = message.stored_ms;
  }
}

/** "4 ms", "1.2 s". */
export function formatSpan(ms: number): string {
  return ms < 1000 ? `${String(Math.max(1, Math.round(ms)))} ms` : `${(ms / 1000).toFixed(1)} s`;
}
