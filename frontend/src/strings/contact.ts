/** Texts of the contact panel. */
export const consentStrings = {
  title: 'Consent',
  none: 'No consent recorded.',
  state: { opted_in: 'Opted in', opted_out: 'Opted out' },
  source: {
    keyword: 'by message',
    opt_out_type: 'by message (detected by Twilio)',
    twilio: 'reported by Twilio',
    event: 'from a Twilio event',
    user: 'recorded',
  },
  by: (who: string) => `by ${who}`,
  show: 'Evidence',
  record: 'Record consent',
  recordOptOut: 'Record opt-out',
  evidence: 'How and where consent was given',
  optIn: 'Opted in',
  optOut: 'Opted out',
};

export const contactStrings = {
  /** A contact without name and number: the channel, and the end of their user ID. */
  user: (channel: string, end: string) => `${channel} user ·${end}`,
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
      : 'Someone else removed this contact’s name.',
  saveMine: 'Use my version',
  keepTheirs: 'Keep their version',
};
