import type { PhoneMessage } from './types';

const TIME_GAP = 10 * 60_000;
const MAX_RUN_GAP = 3 * 60_000;

/** A message and how it stands on the screen. */
export interface ScreenMessage {
  message: PhoneMessage;
  /** The time stands above it: the first after a pause. */
  showTime: boolean;
  /** It hangs together with the one above, or below: same side, within three minutes. */
  joinsAbove: boolean;
  joinsBelow: boolean;
  /** Its state stands below it: the last one typed, and every one that failed. */
  showState: boolean;
}

/** Lays the messages out, oldest first. */
export function layOut(messages: readonly PhoneMessage[]): ScreenMessage[] {
  const last = messages.findLast((message) => message.from_phone)?.sid;
  const joined = (above: PhoneMessage | undefined, below: PhoneMessage | undefined) =>
    above !== undefined &&
    below !== undefined &&
    above.from_phone === below.from_phone &&
    gap(above, below) < MAX_RUN_GAP;
  return messages.map((message, index) => {
    const above = messages[index - 1];
    return {
      message,
      showTime: above === undefined || gap(above, message) >= TIME_GAP,
      joinsAbove: joined(above, message),
      joinsBelow: joined(message, messages[index + 1]),
      showState: message.from_phone && (message.sid === last || message.state === 'failed'),
    };
  });
}

const gap = (above: PhoneMessage, below: PhoneMessage) =>
  Date.parse(below.at) - Date.parse(above.at);
