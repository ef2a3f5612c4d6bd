/**
 * Everything that people read, on the desk and on the phones. A translation is another file with the same exports,
 * typed by `catalogue.ts`: see docs/translating.md. Short, plain, second person.
 */
import type { LocalizedTexts, TwilioCodes } from './catalog';

/** How dates and numbers are written, and which language the page says it is in. */
export const locale = 'en-GB';

const plural = (count: number, one: string, many: string) =>
  `${String(count)} ${count === 1 ? one : many}`;

const SMALL = ['No', 'One', 'Two', 'Three', 'Four', 'Five', 'Six', 'Seven', 'Eight', 'Nine'];
const FILTERS = { open: 'Open', unread: 'Unread', closed: 'Closed' } as const;

const KINDS = {
  image: ['Picture', 'pictures'],
  audio: ['Voice message', 'voice messages'],
  video: ['Video', 'videos'],
  contact: ['Contact', 'contacts'],
  document: ['Document', 'documents'],
} as const;

/** Every sentence of the desk. */
export const strings = {
  product: 'Partyline',
  title: (waiting: number) => (waiting ? `(${String(waiting)}) Partyline` : 'Partyline'),

  errors: {
    unreachable: 'The desk cannot be reached. Check the connection and try again.',
    server: 'The desk could not do that just now. Try again in a moment.',
    unexpected: 'That did not work. Try again.',
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
    wrong: 'That name and password do not belong together.',
    link: 'This sign-in link has been used or is too old. Sign in with your name and password.',
    slow: (seconds: number) => `Too many tries. Wait ${plural(seconds, 'second', 'seconds')}.`,
    ended: 'Your session has ended. Sign in again; what you were writing is kept.',
    another: 'Somebody else has signed in in this browser. Reload to go on as them, or sign in.',
  },

  line: {
    live: 'Live',
    syncing: 'Catching up',
    offline: (since: string) => `Offline since ${since}`,
    strip: (since: string) => `Offline since ${since}. You can go on writing; nothing is sent yet.`,
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
    fresh: (count: number) => `${String(count)} new`,
    freshLabel: (count: number) => `Show ${plural(count, 'new conversation', 'new conversations')}`,
    more: 'Loading more',
    waiting: (count: number) => `${plural(count, 'conversation waits', 'conversations wait')}`,
    arrived: (name: string) => `New message from ${name}`,
    empty: {
      open: {
        title: 'No conversations yet.',
        text: 'Whoever writes to your number appears here.',
      },
      unread: { title: 'All answered.', text: 'Nobody waits. New messages light up here.' },
      closed: { title: 'Nothing is closed.', text: 'What you close rests here until they write.' },
    },
    nothing: (search: string) => `Nothing called “${search}”.`,
    nothingIn: {
      open: 'No open conversation matches.',
      unread: 'No unread conversation matches.',
      closed: 'No closed conversation matches.',
    },
    elsewhere: (filter: keyof typeof FILTERS, count: number, atLeast: boolean) =>
      `${atLeast ? 'More than ' : ''}${SMALL[count] ?? String(count)} ${filter} ${
        count === 1 ? 'conversation matches' : 'conversations match'
      }.`,
    showElsewhere: (filter: keyof typeof FILTERS) => `Show ${filter}`,
  },

  thread: {
    label: (name: string) => `Messages with ${name}`,
    somebody: 'somebody',
    none: { title: 'Pick a conversation.', text: 'Or press J for the next one, N for a new one.' },
    first: {
      title: 'No messages yet.',
      text: 'Whoever writes to your number lights up on the left.',
      phone: 'Write from the phone on the right.',
    },
    missing: { title: 'This conversation is gone.', text: 'It was deleted, or the link is wrong.' },
    empty: { title: 'No messages yet.', text: 'Write the first one below.' },
    back: 'Back to the list',
    person: 'About this person',
    closed: 'Closed',
    closedText: 'This conversation is closed. A new message opens it again.',
    reopen: 'Reopen',
    closeIt: 'Close conversation',
    newSince: (time: string) => `New since ${time}`,
    jump: 'Newest',
    jumpNew: (count: number) => plural(count, 'new message', 'new messages'),
    loadingOlder: 'Loading older messages',
    olderFailed: 'Older messages could not be read.',
    beginning: (day: string) => `The conversation began on ${day}`,
    noText: 'No text',
    redacted: 'The text was removed.',
    us: 'You',
    answers: 'Answers ',
    answersUnknown: 'Answers a message that is not here.',
    failedToLoad: 'The messages could not be read.',
  },

  marks: {
    forwarded: { once: 'Forwarded', often: 'Forwarded many times' },
    button: 'Pressed a button',
    list: 'Chose from a list',
    optOut: {
      stop: 'Wants no more messages',
      start: 'Wants messages again',
      help: 'Asked for help',
    },
    referral: (what: string) => (what ? `Came by “${what}”` : 'Came by an advertisement'),
    referralLink: 'Open it',
    alsoTo: (others: string) => `Also to ${others}`,
    fellBack: 'Went as SMS: RCS did not reach the phone',
  },

  media: {
    kinds: {
      image: 'Picture',
      audio: 'Voice message',
      video: 'Video',
      contact: 'Contact',
      document: 'Document',
    },
    waiting: {
      image: 'Picture on its way',
      audio: 'Voice message on its way',
      video: 'Video on its way',
      contact: 'Contact on its way',
      document: 'Document on its way',
    },
    failed: {
      image: 'Picture missing:',
      audio: 'Voice message missing:',
      video: 'Video missing:',
      contact: 'Contact missing:',
      document: 'Document missing:',
    },
    problems: {
      too_large: 'it is larger than the desk takes.',
      forbidden_address: 'its address is not one of Twilio’s.',
      not_found: 'Twilio has it no more.',
      unreachable: 'Twilio did not answer.',
      interrupted: 'it ended before its end.',
    },
    fetching: 'Fetching…',
    enlarge: (name: string) => `Enlarge: ${name}`,
    notShown: 'The picture could not be shown.',
    notPlayed: 'It could not be played.',
    notRead: 'It could not be read.',
    notSaved: 'It could not be downloaded. Try again',
    play: 'Play',
    pause: 'Pause',
    position: 'Position',
    heard: (at: string, length: string) => `${at} of ${length}`,
    save: 'Download',
    download: (name: string) => `Download: ${name}`,
    place: 'Location',
    map: 'Open the map',
    previous: 'Previous picture',
    next: 'Next picture',
    of: (at: number, all: number) => `${String(at)} of ${String(all)}`,
  },

  details: {
    title: 'Delivery',
    open: (time: string) => `Details, ${time}`,
    at: 'When',
    older: 'Older message',
    newer: 'Newer message',
    noText: 'No text',
    statuses: 'What Twilio reported',
    words: {
      receiving: 'Receiving',
      accepted: 'Accepted',
      scheduled: 'Scheduled',
      queued: 'Queued',
      sending: 'Sending',
      sent: 'Sent',
      partially_delivered: 'Delivered to some',
      delivered: 'Delivered',
      undelivered: 'Not delivered',
      failed: 'Not sent',
      canceled: 'Canceled',
      received: 'Received',
      read: 'Read',
    },
    price: 'Price',
    segments: 'Segments',
    sid: 'Twilio’s id',
    from: 'Sent by',
    notYet: 'Twilio has reported nothing yet.',
    redact: 'Remove the text and media',
    redactSure: 'It is removed here and at Twilio, for good.',
    redactDo: 'Remove for good',
    redacting: 'Removing…',
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
    unconfirmed: 'Not confirmed',
    unknown: 'Not known yet',
  },

  failure: {
    line: (what: string, why: string) => (why ? `${what}: ${why}` : `${what}.`),
    plain: { undelivered: 'Not delivered', failed: 'Not sent', refused: 'Not sent' },
    unconfirmed: 'Twilio never confirmed this message. If you send it again, it may arrive twice.',
    unknown: 'It is not known yet whether this was sent. The desk is asking Twilio.',
    sendAnyway: 'Send again',
    sending: 'Sending again…',
    sentAgain: (time: string) => `Sent again ${time}`,
    local: 'Not sent.',
    remove: 'Remove',
    code: (code: number) => `Twilio code ${String(code)}`,
  },

  consent: {
    title: 'Consent',
    none: 'Nothing was said yet.',
    state: { opted_in: 'Wants messages', opted_out: 'Wants no messages' },
    source: {
      keyword: 'by message',
      opt_out_type: 'by message, as Twilio reads it',
      twilio: 'told by Twilio',
      event: 'by an event',
      admin: 'recorded',
    },
    by: (who: string) => `by ${who}`,
    show: 'Evidence',
    record: 'Record a consent',
    evidence: 'Where and how it was said',
    optIn: 'Wants messages',
    optOut: 'Wants no messages',
  },

  composer: {
    label: (name: string) => `Message to ${name}`,
    placeholder: (name: string) => `Write to ${name}`,
    send: 'Send',
    from: (number: string) => `From ${number}`,
    segments: (count: number) => plural(count, 'segment', 'segments'),
    costly: (character: string) => `“${character}” makes it longer on the way`,
    cheaper: (count: number) => `Write it in ${String(count)}`,
    waits: (at: string) => `You can send it at ${at}.`,
    windowEnds: (hours: number, minutes: number) =>
      hours > 0
        ? `You can answer for ${String(hours)} h`
        : `You can answer for ${String(minutes)} min`,
    keys: 'Enter sends, Shift Enter starts a line',
    left: (count: number) => plural(count, 'character left', 'characters left'),
    tooLong: (count: number) =>
      `${plural(count, 'character', 'characters')} too long. Shorten it, or send it in two.`,
    givenBack: (why: string) => `Not sent. ${why} Your text is back in the box.`,
  },

  attach: {
    label: 'Attached files',
    add: 'Attach files',
    drop: 'Drop the files to attach them',
    remove: (name: string) => `Remove ${name}`,
    again: (name: string) => `Upload ${name} again`,
    going: (name: string) => `Uploading ${name}`,
    refused: 'The file was not taken. Try again.',
    limit: (count: number, size: string) =>
      count === 1 ? `One file, up to ${size}.` : `Up to ${String(count)} files, ${size} together.`,
    tooMany: (count: number) =>
      count === 1
        ? 'This channel takes one file with a message. Remove the others, or send them one by one.'
        : `A message takes up to ${String(count)} files. Remove some.`,
    tooLarge: (name: string, size: string) =>
      `“${name}” is too large: this channel takes up to ${size} for it.`,
    tooMuch: (size: string) => `Together they are too large: a message takes ${size}.`,
  },

  person: {
    label: 'Person',
    name: 'Name',
    nameHint: 'No name yet',
    rename: 'Rename',
    addName: 'Add a name',
    channel: 'Channel',
    profile: 'Own name',
    window: 'Answer until',
    windowLeft: (hours: number, minutes: number) =>
      hours > 0 ? `${String(hours)} h ${String(minutes)} min left` : `${String(minutes)} min left`,
    windowOver: (at: string) => `Over since ${at}`,
    note: 'Note',
    addNote: 'Add a note',
    editNote: 'Change the note',
    noteConflict: 'Somebody just changed this note. It now says:',
    media: 'Media',
    noMedia: 'Nothing was sent yet.',
    moreMedia: 'Show more',
    remove: 'Delete conversation',
    number: 'Number',
    copy: 'Copy number',
    copied: 'Copied',
    country: 'Country',
    writesTo: 'Writes to',
    since: 'Since',
    last: 'Last message',
    state: 'State',
    open: 'Open',
    closed: 'Closed',
    conflict: (theirs: string | null) =>
      theirs ? `Somebody just renamed this to “${theirs}”.` : 'Somebody just removed the name.',
    saveMine: 'Save mine',
    keepTheirs: 'Keep theirs',
  },

  toast: {
    closed: (name: string) => `Closed ${name}.`,
    reopened: (name: string) => `Reopened ${name}.`,
    staysOpen: (name: string) => `More was written with ${name} meanwhile: it stays open.`,
    deleted: (name: string) => `Deleted ${name}.`,
    notDeleted: (name: string) => `More was written with ${name} meanwhile: nothing was deleted.`,
  },

  fresh: {
    title: 'New conversation',
    number: 'Phone number',
    numberHint: 'With the country code, as in +44 20 7946 0018.',
    from: 'From',
    sender: (name: string, channel: string, number: string) =>
      name === channel ? `${name} · ${number}` : `${name} · ${channel} ${number}`,
    name: 'Name',
    optional: 'optional',
    start: 'Start',
    starting: 'Starting…',
    checking: 'Checking…',
    here: (name: string) => `${name} is already here.`,
    openIt: 'Open',
    invalid: 'This is not a phone number.',
  },

  menu: {
    theme: 'Theme',
    themes: { auto: 'Auto', light: 'Light', dark: 'Dark' },
    sound: 'Sounds',
    notices: 'Notifications',
    shortcuts: 'Keyboard shortcuts',
    quarantine: 'Quarantine',
    signOut: 'Sign out',
    signedInAs: (name: string) => `Signed in as ${name}`,
  },

  find: {
    label: 'Search in this conversation',
    older: 'Further up',
    newer: 'Further down',
    looking: 'Looking…',
    nothing: 'Not found',
    of: (at: number, all: number, more: boolean) =>
      `${String(at)} of ${String(all)}${more ? '+' : ''}`,
  },

  palette: {
    label: 'Commands and conversations',
    placeholder: 'Go to a person, or do something',
    nothing: 'Nothing is called so.',
    them: 'this person',
    commands: {
      newest: 'Go to the newest message',
      details: 'Delivery of the last message',
      search: 'Search conversations',
      show: { open: 'Show open', unread: 'Show unread', closed: 'Show closed' },
      channel: (name: string) => `Show ${name}`,
      theme: { auto: 'Theme as the system', light: 'Light theme', dark: 'Dark theme' },
      soundOn: 'Turn sounds on',
      soundOff: 'Turn sounds off',
      noticesOn: 'Turn notifications on',
      noticesOff: 'Turn notifications off',
    },
  },

  notices: {
    tryOut: 'Test a notification',
    test: 'This is how a new message will show.',
    forbidden: 'The browser does not allow notifications here. Allow them in its settings.',
  },

  quarantine: {
    title: 'Quarantine',
    text: 'What Twilio sent and the desk could not place. Nothing is lost; release it when the reason is gone.',
    empty: 'Nothing is held back.',
    count: (count: number) => (count === 1 ? 'once' : `${String(count)} times`),
    raw: 'As it came',
    unsigned: 'The signature was not Twilio’s.',
    cut: 'Cut: it was too long to keep whole.',
    release: 'Release',
    releaseAll: (count: number) => `Release all ${String(count)}`,
    kept: (count: number) =>
      count === 1
        ? 'One stays: it still cannot be placed.'
        : `${String(count)} stay: they still cannot be placed.`,
    releasing: 'Releasing…',
    more: 'Show more',
  },

  shortcuts: {
    title: 'Keyboard shortcuts',
    groups: [
      {
        title: 'Go',
        keys: [
          [['J', '↓'], 'Next conversation'],
          [['K', '↑'], 'Previous conversation'],
          [['⌘', 'K'], 'Everything by name'],
          [['/'], 'Search'],
          [['F'], 'Search in the conversation'],
          [['G'], 'Newest message'],
          [['1', '2', '3'], 'Open, unread, closed'],
          [['Esc'], 'Back'],
        ],
      },
      {
        title: 'Do',
        keys: [
          [['Enter', 'R'], 'Reply'],
          [['N'], 'New conversation'],
          [['A'], 'Attach files'],
          [['E'], 'Close or reopen'],
          [['#'], 'Delete'],
          [['Z'], 'Undo'],
          [['I'], 'About this person'],
          [['D'], 'Delivery of the last message'],
          [['?'], 'This sheet'],
        ],
      },
      {
        title: 'Write',
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
  desk: 'The desk',
  you: 'You',
  bench: 'Phones',
  carrier: 'Partyline Mobile',
  airplane: 'Airplane mode',
  signal: (bars: number) => (bars ? 'Full signal' : 'No signal'),
  unreachable: 'The network cannot be reached. Is Partyline still running?',
  unexpected: 'That did not work. Try again.',
  cutOff: 'Connection lost. Trying again.',

  add: 'Add a customer',
  addShort: 'Add',
  addTitle: 'A new customer',
  name: 'Name',
  optional: 'if you like',
  number: 'Phone number',
  personId: 'Id on Messenger',
  numberHint: 'Leave it empty and the network picks an invented one.',
  cancel: 'Cancel',
  remove: (name: string) => `Put the phone of ${name} away`,
  putAway: 'Put away',
  rename: 'Name on the plate',
  unnamed: 'Write a name',
  phoneOf: (name: string) => `The phone of ${name}`,
  choose: 'Which phone',
  waits: 'a new message',

  conversation: (number: string) => `Texts with ${number}`,
  empty: (number: string) => `Write to ${number}.`,
  emptyMore: 'It stands on the desk before you look up.',
  field: 'Text message',
  send: 'Send',
  states: { sending: 'Sending', stored: 'At the desk', failed: 'Not delivered', arrived: '' },
  failed: (status: number | null) =>
    status === null
      ? 'Not delivered: the desk did not answer.'
      : `Not delivered: the desk answered ${String(status)}.`,

  sender: 'Partyline',
  somebody: 'Somebody',
  on: (who: string, channel: string) => `${who} on ${channel}`,

  channel: 'Writes with',
  channels: { sms: 'SMS', whatsapp: 'WhatsApp', messenger: 'Messenger', rcs: 'RCS' },
  picture: 'Picture',
  sound: 'Sound',
  film: 'Film',
  file: 'File',
  extras: {
    open: 'Send something else',
    file: 'Picture, sound or file',
    place: 'Where I am',
    yes: 'Press the button Yes',
    no: 'Press the button No',
    keyword: (word: string) => `Write ${word}`,
  },

  none: 'No customer yet.',
  noneMore: 'Add one, and write to the desk as they would.',

  plate: {
    idle: 'The cord is quiet',
    stored: (ms: string) => `stored ${ms}`,
    onScreen: (ms: string) => `on screen ${ms}`,
    onPhone: (ms: string) => `desk to phone ${ms}`,
    arrived: 'arrived on the phone',
    passing: 'passing',
    failed: 'not stored',
  },
};

/** The sentences of the functions and of the simulated network, by key. Their answers bring the English along, so that the page need not. */
export const localizedTexts: Partial<LocalizedTexts> = {};

/** Twilio's codes in plain words. The same holds for them. */
export const twilioCodes: Partial<TwilioCodes> = {};
