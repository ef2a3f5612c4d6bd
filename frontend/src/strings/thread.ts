/** Texts of a thread and its composer. */
import { plural } from './plural';

export const threadStrings = {
  openDetails: (time: string) => `Details, ${time}`,
  label: (name: string) => `Messages with ${name}`,
  unnamed: 'this contact',
  nothingSelected: {
    title: 'Select a conversation.',
    text: 'Press J for the next one or N to start a new one.',
  },
  missing: { title: 'Conversation not found.', text: 'It was deleted, or the link is wrong.' },
  empty: { title: 'No messages yet.', text: 'Send the first message below.' },
  back: 'Back to list',
  contactDetails: 'Contact details',
  closed: 'Closed',
  closedText: 'This conversation is closed. Sending a message reopens it.',
  reopen: 'Reopen',
  closeConversation: 'Close conversation',
  newSince: (time: string) => `New since ${time}`,
  jump: 'Jump to latest',
  jumpNew: (count: number) => plural(count, 'new message', 'new messages'),
  loadingOlder: 'Loading older messages',
  olderFailed: 'Couldn’t load older messages.',
  startedOn: (day: string) => `Conversation started on ${day}`,
  redacted: 'Message content deleted',
  you: 'You',
  inReplyTo: 'In reply to ',
  inReplyToUnknown: 'In reply to a message that isn’t available.',
  loadFailed: 'Couldn’t load messages.',
};

export const badgeStrings = {
  forwarded: { once: 'Forwarded', often: 'Forwarded many times' },
  button: 'Tapped a button',
  list: 'Selected from a list',
  optOut: {
    stop: 'Opted out',
    start: 'Opted back in',
    help: 'Requested help',
  },
  referral: (what: string) => (what ? `From ad: “${what}”` : 'From an ad'),
  referralLink: 'Open ad',
  alsoTo: (others: string) => `Also sent to ${others}`,
  smsFallback: 'Sent as SMS because RCS wasn’t available',
};

export const statusStrings = {
  received: 'Received',
  queued: 'Queued',
  sending: 'Sending',
  sent: 'Sent',
  delivered: 'Delivered',
  read: 'Read',
  undelivered: 'Not delivered',
  failed: 'Not sent',
  canceled: 'Canceled',
  rejected: 'Not sent',
  unconfirmed: 'Unconfirmed',
  unknown: 'Checking',
};

export const failureStrings = {
  line: (what: string, why: string) => (why ? `${what}: ${why}` : `${what}.`),
  plain: { undelivered: 'Not delivered', failed: 'Not sent', rejected: 'Not sent' },
  unconfirmed: 'Twilio never confirmed this message. If you resend it, it may arrive twice.',
  unknown: 'We don’t know yet whether this was sent. Checking with Twilio.',
  resend: 'Resend',
  resending: 'Resending…',
  resentAt: (time: string) => `Resent at ${time}`,
  notSent: 'Not sent.',
  remove: 'Remove',
  code: (code: number) => `Twilio error ${String(code)}`,
};

export const composerStrings = {
  label: (name: string) => `Message to ${name}`,
  placeholder: (name: string) => `Write to ${name}`,
  send: 'Send',
  from: (number: string) => `From ${number}`,
  segments: (count: number) => plural(count, 'segment', 'segments'),
  needsUnicode: (character: string) =>
    `“${character}” needs Unicode, so the message uses more segments`,
  shorten: (count: number) => `Shorten to ${plural(count, 'segment', 'segments')}`,
  retryAt: (at: string) => `You can send it at ${at}.`,
  windowCloses: (hours: number, minutes: number) =>
    hours > 0
      ? `Reply window closes in ${String(hours)} h`
      : `Reply window closes in ${String(minutes)} min`,
  keys: 'Enter to send, Shift+Enter for a new line',
  remaining: (count: number) => plural(count, 'character left', 'characters left'),
  tooLong: (count: number) =>
    `${plural(count, 'character', 'characters')} over the limit. Shorten the message or split it.`,
  restored: (why: string) => `Not sent. ${why} Your text is back in the message field.`,
};

export const attachStrings = {
  label: 'Attached files',
  add: 'Attach files',
  drop: 'Drop files to attach them',
  remove: (name: string) => `Remove ${name}`,
  retry: (name: string) => `Retry upload of ${name}`,
  uploading: (name: string) => `Uploading ${name}`,
  limit: (count: number, size: string) =>
    count === 1 ? `One file, up to ${size}.` : `Up to ${String(count)} files, ${size} in total.`,
  tooMany: (count: number) =>
    count === 1
      ? 'This channel allows one file per message. Remove the others or send them separately.'
      : `A message can have up to ${String(count)} files. Remove some.`,
  tooLarge: (name: string, size: string) =>
    `“${name}” is too large. The limit on this channel is ${size}.`,
  totalTooLarge: (size: string) =>
    `The files are too large together. The limit per message is ${size}.`,
};

export const threadSearchStrings = {
  label: 'Search in this conversation',
  previous: 'Previous match',
  next: 'Next match',
  searching: 'Searching…',
  noMatches: 'No matches',
  position: (at: number, all: number, more: boolean) =>
    `${String(at)} of ${String(all)}${more ? '+' : ''}`,
};

/** Texts of an opt-out with a message as evidence. */
export const optOutStrings = {
  record: 'Record opt-out',
  recording: 'Recording…',
  recorded: 'Opt-out recorded.',
};
