import type { PhoneMessage } from './types';

const PAUSE = 10 * 60_000;
const RUN = 3 * 60_000;

/** A message and how it stands on the screen. */
export interface Line {
  message: PhoneMessage;
  /** The time stands above it: the first after a pause. */
  timed: boolean;
  /** It hangs together with the one above, or below: same side, within three minutes. */
  joinsAbove: boolean;
  joinsBelow: boolean;
  /** Its state stands below it: the last one typed, and every one that failed. */
  stated: boolean;
}

/** Lays the messages out, oldest first. */
export function lines(messages: readonly PhoneMessage[]): Line[] {
  const last = messages.findLast((message) => message.from_phone)?.sid;
  const joined = (above: PhoneMessage | undefined, below: PhoneMessage | undefined) =>
    above !== undefined &&
    below !== undefined &&
    above.from_phone === below.from_phone &&
    gap(above, below) < RUN;
  return messages.map((message, index) => {
    const above = messages[index - 1];
    return {
      message,
      timed: above === undefined || gap(above, message) >= PAUSE,
      joinsAbove: joined(above, message),
      joinsBelow: joined(message, messages[index + 1]),
      stated: message.from_phone && (message.sid === last || message.state === 'failed'),
    };
  });
}

const gap = (above: PhoneMessage, below: PhoneMessage) =>
  Date.parse(below.at) - Date.parse(above.at);
