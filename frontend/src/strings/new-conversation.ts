/** Texts of the dialog for a new conversation. */
export const newConversationStrings = {
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
};
