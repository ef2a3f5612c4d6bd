/** Every sentence of the phones, in one place. */
export const strings = {
  title: 'Phones',
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
} as const;
