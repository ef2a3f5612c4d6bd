/** Texts of the command palette. */
export const paletteStrings = {
  label: 'Conversations and commands',
  placeholder: 'Search conversations and commands',
  noMatches: 'No matches.',
  commands: {
    reply: 'Reply',
    attach: 'Attach files',
    close: 'Close conversation',
    reopen: 'Reopen conversation',
    find: 'Search in this conversation',
    contact: 'Contact details',
    remove: 'Delete conversation',
    latest: 'Go to latest message',
    details: 'Delivery details of the latest message',
    search: 'Search conversations',
    show: {
      open: 'Show open conversations',
      unread: 'Show unread conversations',
      closed: 'Show closed conversations',
    },
    channel: (name: string) => `Show ${name}`,
    theme: { auto: 'Use system theme', light: 'Use light theme', dark: 'Use dark theme' },
    soundOn: 'Turn sounds on',
    soundOff: 'Turn sounds off',
    notificationsOn: 'Turn notifications on',
    notificationsOff: 'Turn notifications off',
  },
};
