/** Texts of the command palette. */
export const paletteStrings = {
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
};
