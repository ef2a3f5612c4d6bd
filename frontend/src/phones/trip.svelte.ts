import type { DeskWatch } from './desk-watch';
import type { PhoneMessage } from './types';

/** One message through the cord, with what was measured on the way. Nothing is estimated: what was not seen is null. */
export class Trip {
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
  static toDesk(body: string, desk: DeskWatch): Trip {
    const trip = new Trip(true);
    const began = performance.now();
    if (body) desk.shows(body, (at) => (trip.shownMs = at - began));
    return trip;
  }

  /** A text that just arrived on the phone. */
  static toPhone(message: PhoneMessage, desk: DeskWatch): Trip {
    const trip = new Trip(false);
    trip.sid = message.sid;
    const stood = message.body ? desk.stoodAt(message.body) : null;
    if (stood !== null) {
      requestAnimationFrame(() => (trip.shownMs = performance.now() - stood));
    }
    return trip;
  }

  /** What the network learned about the message. */
  stored(message: PhoneMessage): void {
    this.failed = message.state === 'failed';
    if (message.state === 'stored') this.storedMs = message.stored_ms;
  }
}

/** "4 ms", "1.2 s". */
export function span(ms: number): string {
  return ms < 1000 ? `${String(Math.max(1, Math.round(ms)))} ms` : `${(ms / 1000).toFixed(1)} s`;
}
