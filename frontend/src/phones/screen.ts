import type { PhoneMessage } from './types';

const TIME_GAP = 10 * 60_000;
const MAX_RUN_GAP = 3 * 60_000;

/** A message with its layout on the screen. */
export interface ScreenMessage {
  message: PhoneMessage;
  /** Shows the time above: the first message after a gap. */
  showTime: boolean;
  /** Joined with the message above or below: same side, within three minutes. */
  joinsAbove: boolean;
  joinsBelow: boolean;
  /** Shows the state below: the last sent message and every failed one. */
  showState: boolean;
}

/** Returns the messages with their layout, oldest first. */
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
