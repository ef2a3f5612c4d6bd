/** Texts of the Phones page. */
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
      ? 'Not delivered: Partyline didn’t respond.'
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
