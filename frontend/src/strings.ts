/**
 * Everything that people read, on the desk and on the phones. A translation is another file with the same exports,
 * typed by `catalogue.ts`: see docs/translating.md. Short, plain, second person.
 */
import type { LocalizedTexts, TwilioCodes } from './catalog';

/** How dates and numbers are written, and which language the page says it is in. */
export const locale = 'en-GB';

const plural = (count: number, one: string, many: string) =>
  `${String(count)} ${count === 1 ? one : many}`;

const NUMBER_WORDS = ['No', 'One', 'Two', 'Three', 'Four', 'Five', 'Six', 'Seven', 'Eight', 'Nine'];
const FILTERS = { open: 'Open', unread: 'Unread', closed: 'Closed' } as const;

const KINDS = {
  image: ['Image', 'images'],
  audio: ['Audio', 'audio files'],
  video: ['Video', 'videos'],
  contact: ['Contact', 'contacts'],
  document: ['Document', 'documents'],
} as const;

/** Every sentence of the desk. */
export const strings = {
  product: 'Partyline',
  title: (waiting: number) => (waiting ? `(${String(waiting)}) Partyline` : 'Partyline'),

  errors: {
    unreachable: 'Can’t reach Partyline. Check your connection and try again.',
    server: 'Something went wrong on our side. Try again in a moment.',
    unexpected: 'Something went wrong. Try again.',
  },
  tryAgain: 'Try again',
  cancel: 'Cancel',
  close: 'Close',
  save: 'Save',
  undo: 'Undo',
  loading: 'Loading',
  size: {
    bytes: (count: string) => `${count} B`,
    kilobytes: (count: string) => `${count} KB`,
    megabytes: (count: string) => `${count} MB`,
  },
  keys: { enter: 'Enter', shift: 'Shift', escape: 'Esc' },
  today: 'Today',
  yesterday: 'Yesterday',

  signIn: {
    username: 'Name',
    password: 'Password',
    button: 'Sign in',
    busy: 'Signing in…',
    invalid: 'Incorrect name or password.',
    linkInvalid:
      'This sign-in link has expired or was already used. Sign in with your name and password.',
    tooManyAttempts: (seconds: number) =>
      `Too many attempts. Try again in ${plural(seconds, 'second', 'seconds')}.`,
    expired: 'Your session has expired. Sign in again. Your drafts are saved.',
    otherUser:
      'Another user signed in on this browser. Reload to continue as that user, or sign in again.',
  },

  connection: {
    live: 'Live',
    syncing: 'Syncing',
    offline: (since: string) => `Offline since ${since}`,
    banner: (since: string) =>
      `Offline since ${since}. You can keep writing, but nothing is sent until you are back online.`,
  },

  channels: {
    sms: 'SMS',
    whatsapp: 'WhatsApp',
    messenger: 'Messenger',
    rcs: 'RCS',
    client: 'Chat',
  },

  list: {
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
    noMessages: 'No messages yet',
    unread: (count: number) => plural(count, 'unread message', 'unread messages'),
    newAbove: (count: number) => `${String(count)} new`,
    showNewAbove: (count: number) =>
      `Show ${plural(count, 'new conversation', 'new conversations')}`,
    more: 'Loading more',
    unreadCount: (count: number) => plural(count, 'unread conversation', 'unread conversations'),
    newMessage: (name: string) => `New message from ${name}`,
    empty: {
      open: {
        title: 'No conversations yet.',
        text: 'Conversations appear here when someone messages your number.',
      },
      unread: { title: 'You’re all caught up.', text: 'New messages appear here.' },
      closed: {
        title: 'No closed conversations.',
        text: 'Closed conversations move back to Open when the customer writes.',
      },
    },
    noResults: (search: string) => `No results for “${search}”.`,
    noMatches: {
      open: 'No open conversations match.',
      unread: 'No unread conversations match.',
      closed: 'No closed conversations match.',
    },
    otherFilter: (filter: keyof typeof FILTERS, count: number, atLeast: boolean) =>
      `${atLeast ? 'More than ' : ''}${NUMBER_WORDS[count] ?? String(count)} ${filter} ${
        count === 1 ? 'conversation matches' : 'conversations match'
      }.`,
    showOtherFilter: (filter: keyof typeof FILTERS) => `Show ${filter}`,
  },

  thread: {
    label: (name: string) => `Messages with ${name}`,
    unnamed: 'this contact',
    nothingSelected: {
      title: 'Select a conversation.',
      text: 'Press J for the next one or N to start a new one.',
    },
    noConversations: {
      title: 'No messages yet.',
      text: 'New conversations appear on the left.',
      phone: 'Send a message from the phone on the right.',
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
    noText: 'No text',
    redacted: 'Message content deleted',
    you: 'You',
    inReplyTo: 'In reply to ',
    inReplyToUnknown: 'In reply to a message that isn’t available.',
    loadFailed: 'Couldn’t load messages.',
  },

  badges: {
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
  },

  media: {
    kinds: {
      image: 'Image',
      audio: 'Audio',
      video: 'Video',
      contact: 'Contact',
      document: 'Document',
    },
    pending: {
      image: 'Downloading image…',
      audio: 'Downloading audio…',
      video: 'Downloading video…',
      contact: 'Downloading contact…',
      document: 'Downloading document…',
    },
    failed: {
      image: 'Couldn’t get the image:',
      audio: 'Couldn’t get the audio:',
      video: 'Couldn’t get the video:',
      contact: 'Couldn’t get the contact:',
      document: 'Couldn’t get the document:',
    },
    errors: {
      too_large: 'the file is too large.',
      forbidden_address: 'the URL isn’t a Twilio URL.',
      not_found: 'Twilio no longer has it.',
      unreachable: 'Twilio didn’t respond.',
      interrupted: 'the download was interrupted.',
    },
    retrying: 'Downloading…',
    enlarge: (name: string) => `Enlarge: ${name}`,
    imageFailed: 'Couldn’t display the image.',
    playFailed: 'Couldn’t play this file.',
    contactFailed: 'Couldn’t read this contact card.',
    downloadFailed: 'Download failed. Try again',
    play: 'Play',
    pause: 'Pause',
    seek: 'Position',
    playPosition: (at: string, length: string) => `${at} of ${length}`,
    download: 'Download',
    downloadNamed: (name: string) => `Download: ${name}`,
    location: 'Location',
    map: 'Open map',
    previous: 'Previous image',
    next: 'Next image',
    position: (at: number, all: number) => `${String(at)} of ${String(all)}`,
  },

  details: {
    title: 'Delivery',
    open: (time: string) => `Details, ${time}`,
    time: 'Time',
    older: 'Older message',
    newer: 'Newer message',
    noText: 'No text',
    statuses: 'Status history',
    deliveryStatus: {
      receiving: 'Receiving',
      accepted: 'Accepted',
      scheduled: 'Scheduled',
      queued: 'Queued',
      sending: 'Sending',
      sent: 'Sent',
      partially_delivered: 'Partially delivered',
      delivered: 'Delivered',
      undelivered: 'Not delivered',
      failed: 'Not sent',
      canceled: 'Canceled',
      received: 'Received',
      read: 'Read',
    },
    price: 'Price',
    segments: 'Segments',
    sid: 'Twilio SID',
    sentBy: 'Sent by',
    noStatus: 'No status from Twilio yet.',
    redact: 'Delete message content',
    redactWarning: 'Permanently deletes the content here and at Twilio.',
    redactConfirm: 'Delete permanently',
    redacting: 'Deleting…',
  },

  status: {
    received: 'Received',
    queued: 'Queued',
    sending: 'Sending',
    sent: 'Sent',
    delivered: 'Delivered',
    read: 'Read',
    undelivered: 'Not delivered',
    failed: 'Not sent',
    canceled: 'Canceled',
    refused: 'Not sent',
    unconfirmed: 'Unconfirmed',
    unknown: 'Checking',
  },

  failure: {
    line: (what: string, why: string) => (why ? `${what}: ${why}` : `${what}.`),
    plain: { undelivered: 'Not delivered', failed: 'Not sent', refused: 'Not sent' },
    unconfirmed: 'Twilio never confirmed this message. If you resend it, it may arrive twice.',
    unknown: 'We don’t know yet whether this was sent. Checking with Twilio.',
    resend: 'Resend',
    resending: 'Resending…',
    resentAt: (time: string) => `Resent at ${time}`,
    notSent: 'Not sent.',
    remove: 'Remove',
    code: (code: number) => `Twilio code ${String(code)}`,
  },

  consent: {
    title: 'Consent',
    none: 'No consent recorded.',
    state: { opted_in: 'Opted in', opted_out: 'Opted out' },
    source: {
      keyword: 'by message',
      opt_out_type: 'by message (detected by Twilio)',
      twilio: 'reported by Twilio',
      event: 'from a Twilio event',
      admin: 'recorded by an admin',
    },
    by: (who: string) => `by ${who}`,
    show: 'Evidence',
    record: 'Record consent',
    evidence: 'How and where consent was given',
    optIn: 'Opted in',
    optOut: 'Opted out',
  },

  composer: {
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
  },

  attach: {
    label: 'Attached files',
    add: 'Attach files',
    drop: 'Drop files to attach them',
    remove: (name: string) => `Remove ${name}`,
    retry: (name: string) => `Retry upload of ${name}`,
    uploading: (name: string) => `Uploading ${name}`,
    uploadFailed: 'Upload failed. Try again.',
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
  },

  contact: {
    label: 'Contact',
    name: 'Name',
    nameHint: 'No name yet',
    rename: 'Rename',
    addName: 'Add name',
    channel: 'Channel',
    profileName: 'Profile name',
    replyWindow: 'Reply window',
    windowLeft: (hours: number, minutes: number) =>
      hours > 0 ? `${String(hours)} h ${String(minutes)} min left` : `${String(minutes)} min left`,
    windowClosed: (at: string) => `Closed since ${at}`,
    note: 'Note',
    addNote: 'Add note',
    editNote: 'Edit note',
    noteConflict: 'Someone else changed this note. It now reads:',
    media: 'Media',
    noMedia: 'No media yet.',
    moreMedia: 'Show more',
    remove: 'Delete conversation',
    number: 'Number',
    copy: 'Copy number',
    copied: 'Copied',
    country: 'Country',
    sender: 'Sender',
    firstContact: 'First contact',
    lastMessage: 'Last message',
    status: 'Status',
    open: 'Open',
    closed: 'Closed',
    nameConflict: (theirs: string | null) =>
      theirs
        ? `Someone else renamed this contact to “${theirs}”.`
        : 'Someone else removed the name.',
    saveMine: 'Use my version',
    keepTheirs: 'Keep their version',
  },

  toast: {
    closed: (name: string) => `Conversation with ${name} closed.`,
    reopened: (name: string) => `Conversation with ${name} reopened.`,
    staysOpen: (name: string) => `${name} wrote in the meantime, so the conversation stays open.`,
    deleted: (name: string) => `Conversation with ${name} deleted.`,
    notDeleted: (name: string) =>
      `The conversation with ${name} has new messages and was not deleted.`,
  },

  newConversation: {
    title: 'New conversation',
    number: 'Phone number',
    numberHint: 'Include the country code, for example +44 20 7946 0018.',
    from: 'From',
    sender: (name: string, channel: string, number: string) =>
      name === channel ? `${name} · ${number}` : `${name} · ${channel} ${number}`,
    name: 'Name',
    optional: 'optional',
    start: 'Start',
    starting: 'Starting…',
    checking: 'Checking…',
    exists: (name: string) => `You already have a conversation with ${name}.`,
    open: 'Open',
    invalid: 'This is not a valid phone number.',
  },

  menu: {
    theme: 'Theme',
    themes: { auto: 'Auto', light: 'Light', dark: 'Dark' },
    sound: 'Sounds',
    notifications: 'Notifications',
    shortcuts: 'Keyboard shortcuts',
    quarantine: 'Quarantine',
    signOut: 'Sign out',
    signedInAs: (name: string) => `Signed in as ${name}`,
  },

  threadSearch: {
    label: 'Search in this conversation',
    previous: 'Previous match',
    next: 'Next match',
    searching: 'Searching…',
    noMatches: 'No matches',
    position: (at: number, all: number, more: boolean) =>
      `${String(at)} of ${String(all)}${more ? '+' : ''}`,
  },

  palette: {
    label: 'Commands and conversations',
    placeholder: 'Search conversations and commands',
    noMatches: 'No matches.',
    thisContact: 'this contact',
    commands: {
      latest: 'Go to latest message',
      details: 'Delivery details of the last message',
      search: 'Search conversations',
      show: { open: 'Show open', unread: 'Show unread', closed: 'Show closed' },
      channel: (name: string) => `Show ${name}`,
      theme: { auto: 'Use system theme', light: 'Use light theme', dark: 'Use dark theme' },
      soundOn: 'Turn sounds on',
      soundOff: 'Turn sounds off',
      notificationsOn: 'Turn notifications on',
      notificationsOff: 'Turn notifications off',
    },
  },

  notifications: {
    sendTest: 'Send a test notification',
    testText: 'New messages will look like this.',
    blocked: 'Notifications are blocked. Allow them in your browser settings.',
  },

  quarantine: {
    title: 'Quarantine',
    text: 'Requests from Twilio that couldn’t be processed. Nothing is lost. Fix the cause, then release them.',
    empty: 'Quarantine is empty.',
    count: (count: number) => (count === 1 ? 'once' : `${String(count)} times`),
    rawRequest: 'Raw request',
    invalidSignature: 'Invalid Twilio signature.',
    truncated: 'Truncated: the request was too large to store in full.',
    release: 'Release',
    releaseAll: (count: number) => `Release all ${String(count)}`,
    remaining: (count: number) =>
      count === 1
        ? '1 request still can’t be processed.'
        : `${String(count)} requests still can’t be processed.`,
    releasing: 'Releasing…',
    more: 'Show more',
  },

  shortcuts: {
    title: 'Keyboard shortcuts',
    groups: [
      {
        title: 'Navigation',
        keys: [
          [['J', '↓'], 'Next conversation'],
          [['K', '↑'], 'Previous conversation'],
          [['⌘', 'K'], 'Command palette'],
          [['/'], 'Search conversations'],
          [['F'], 'Search in this conversation'],
          [['G'], 'Latest message'],
          [['1', '2', '3'], 'Open, unread, closed'],
          [['Esc'], 'Back'],
        ],
      },
      {
        title: 'Actions',
        keys: [
          [['Enter', 'R'], 'Reply'],
          [['N'], 'New conversation'],
          [['A'], 'Attach files'],
          [['E'], 'Close or reopen conversation'],
          [['#'], 'Delete conversation'],
          [['Z'], 'Undo'],
          [['I'], 'Contact details'],
          [['D'], 'Delivery details of the last message'],
          [['?'], 'Keyboard shortcuts'],
        ],
      },
      {
        title: 'Composer',
        keys: [
          [['Enter'], 'Send'],
          [['Shift', 'Enter'], 'New line'],
        ],
      },
    ] satisfies { title: string; keys: [string[], string][] }[],
  },
};

/** Every sentence of the phones. */
export const phoneStrings = {
  title: 'Phones',
  pageTitle: 'Phones · Partyline',
  desk: 'Desk',
  you: 'You',
  heading: 'Phones',
  carrier: 'Partyline Mobile',
  airplane: 'Airplane mode',
  signal: (bars: number) => (bars ? 'Full signal' : 'No signal'),
  unreachable: 'Can’t reach the simulator. Is Partyline still running?',
  unexpected: 'Something went wrong. Try again.',
  connectionLost: 'Connection lost. Reconnecting…',

  add: 'Add customer',
  addShort: 'Add',
  addTitle: 'New customer',
  name: 'Name',
  optional: 'optional',
  number: 'Phone number',
  messengerId: 'Messenger user ID',
  numberHint: 'Leave empty to use a generated number.',
  cancel: 'Cancel',
  remove: (name: string) => `Remove ${name}’s phone`,
  removeShort: 'Remove',
  rename: 'Phone name',
  unnamed: 'Add name',
  phoneOf: (name: string) => `${name}’s phone`,
  choose: 'Choose a phone',
  newMessage: 'new message',

  conversation: (number: string) => `Messages with ${number}`,
  empty: (number: string) => `Send a message to ${number}.`,
  emptyText: 'It appears in the inbox right away.',
  field: 'Text message',
  send: 'Send',
  states: {
    sending: 'Sending',
    stored: 'Received by Partyline',
    failed: 'Not delivered',
    arrived: '',
  },
  failed: (status: number | null) =>
    status === null
      ? 'Not delivered: Partyline did not respond.'
      : `Not delivered: Partyline responded with ${String(status)}.`,

  sender: 'Partyline',
  customerOn: (channel: string) => `${channel} customer`,
  on: (who: string, channel: string) => `${who} on ${channel}`,

  channel: 'Channel',
  channels: { sms: 'SMS', whatsapp: 'WhatsApp', messenger: 'Messenger', rcs: 'RCS' },
  image: 'Image',
  audio: 'Audio',
  video: 'Video',
  file: 'File',
  extras: {
    open: 'More options',
    file: 'Attach file',
    location: 'Send location',
    yes: 'Tap “Yes”',
    no: 'Tap “No”',
    keyword: (word: string) => `Send ${word}`,
  },

  noCustomers: 'No customers yet.',
  noCustomersText: 'Add one to send messages as a customer.',

  trip: {
    idle: 'Idle',
    stored: (ms: string) => `stored ${ms}`,
    onScreen: (ms: string) => `on screen ${ms}`,
    onPhone: (ms: string) => `delivered in ${ms}`,
    arrived: 'delivered',
    sending: 'sending',
    failed: 'not stored',
  },
};

/** The sentences of the functions and of the simulated network, by key. Their answers bring the English along, so that the page need not. */
export const localizedTexts: Partial<LocalizedTexts> = {};

/** Twilio's codes in plain words. The same holds for them. */
export const twilioCodes: Partial<TwilioCodes> = {};
