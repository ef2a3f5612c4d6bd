/** Texts that several screens use. */

/** The language of the page, and the format of dates and numbers. */
export const locale = 'en-GB';

export const appStrings = {
  product: 'Partyline',

  errors: {
    unreachable: 'Can’t reach Partyline. Check your connection and try again.',
    server: 'Something went wrong on our side. Try again in a moment.',
    unexpected: 'Something went wrong. Try again.',
    upload: 'Upload failed. Try again.',
  },
  tryAgain: 'Try again',
  contact: 'Contact',
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
  noText: 'No text',
  mediaKinds: {
    image: 'Image',
    audio: 'Audio',
    video: 'Video',
    contact: 'Contact card',
    document: 'Document',
  },
  today: 'Today',
  yesterday: 'Yesterday',

  channels: {
    sms: 'SMS',
    whatsapp: 'WhatsApp',
    messenger: 'Messenger',
    rcs: 'RCS',
    client: 'Chat',
  },
};
