/** Texts of the inbox: list, connection, menu, notifications and toasts. */
import { plural } from './plural';

const FILTERS = { waiting: 'Waiting', open: 'Open', closed: 'Closed' } as const;
const KINDS = {
  image: ['Image', 'images'],
  audio: ['Audio', 'audio files'],
  video: ['Video', 'videos'],
  contact: ['Contact card', 'contact cards'],
  document: ['Document', 'documents'],
} as const;

export const connectionStrings = {
  live: 'Live',
  syncing: 'Syncing',
  offline: (since: string) => `Offline since ${since}`,
  banner: (since: string) =>
    `Offline since ${since}. You can keep writing, but nothing is sent until you are back online.`,
};

export const listStrings = {
  pageTitle: (waiting: string) => (waiting ? `(${waiting}) Partyline` : 'Partyline'),
  label: 'Conversations',
  filters: FILTERS,
  filterLabel: 'Show',
  channel: 'Channel',
  allChannels: 'All channels',
  media: (kind: keyof typeof KINDS, count: number) =>
    count > 1 ? plural(count, KINDS[kind][0], KINDS[kind][1]) : KINDS[kind][0],
  search: 'Search names and numbers',
  clearSearch: 'Clear search',
  compose: 'New conversation',
  menu: 'Menu',
  you: 'You: ',
  draft: 'Draft: ',
  optedOut: 'Opted out',
  skipToConversation: 'Skip to conversation',
  waiting: 'waiting',
  waitingSince: (time: string) => `Waiting since ${time}`,
  /** How long a customer has waited (ms). */
  waited: (ms: number) => {
    const minutes = Math.floor(ms / 60_000);
    if (minutes < 1) return 'now';
    if (minutes < 60) return `${String(minutes)} min`;
    if (minutes < 48 * 60) return `${String(Math.floor(minutes / 60))} h`;
    return plural(Math.floor(minutes / 1440), 'day', 'days');
  },
  incomplete: 'More than 200 wait. These wrote first.',
  noMessages: 'No messages yet',
  unread: (count: number) => plural(count, 'unread message', 'unread messages'),
  newAbove: (count: number) => `${String(count)} new`,
  showNewAbove: (count: number) => `Show ${plural(count, 'new conversation', 'new conversations')}`,
  more: 'Loading more',
  newMessage: (name: string) => `New message from ${name}`,
  empty: {
    phone: 'Send a message from the phone on the right.',
    open: {
      title: 'No conversations yet.',
      text: 'Conversations appear here when someone messages your number.',
    },
    waiting: { title: 'You’re all caught up.', text: 'Nothing waits for an answer.' },
    closed: {
      title: 'No closed conversations.',
      text: 'Closed conversations move back to Open when the customer writes.',
    },
  },
  noResults: (search: string) => `No results for “${search}”.`,
  noMatches: 'No name or number begins like this. Open and closed conversations were searched.',
};

export const toastStrings = {
  closed: (name: string) => `Conversation with ${name} closed.`,
  reopened: (name: string) => `Conversation with ${name} reopened.`,
  staysOpen: (name: string) => `${name} wrote in the meantime, so the conversation stays open.`,
  unread: (name: string) => `Conversation with ${name} marked unread.`,
  noReplyNeeded: (name: string) => `No reply needed for ${name}.`,
  deleting: (name: string) => `Deleting conversation with ${name}…`,
  deleted: (name: string) => `Conversation with ${name} deleted.`,
  noneWaiting: 'No conversation is waiting.',
  notDeleted: (name: string) =>
    `The conversation with ${name} has new messages and was not deleted.`,
};

export const menuStrings = {
  theme: 'Theme',
  themes: { auto: 'Auto', light: 'Light', dark: 'Dark' },
  sound: 'Sounds',
  notifications: 'Notifications',
  shortcuts: 'Keyboard shortcuts',
  markUnread: 'Mark unread',
  noReplyNeeded: 'No reply needed',
  quarantine: 'Quarantine',
  signOut: 'Sign out',
  signedInAs: (name: string) => `Signed in as ${name}`,
};

export const notificationStrings = {
  sendTest: 'Send a test notification',
  testText: 'New messages will look like this.',
  blocked: 'Notifications are blocked. Allow them in your browser settings.',
};
