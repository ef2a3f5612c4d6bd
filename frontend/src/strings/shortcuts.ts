/** Texts of the list of keyboard shortcuts. */
export const shortcutStrings = {
  title: 'Keyboard shortcuts',
  groups: [
    {
      title: 'Navigation',
      keys: [
        [['J', '↓'], 'Next conversation'],
        [['K', '↑'], 'Previous conversation'],
        [['W'], 'Next conversation that waits'],
        [['⌘', 'K'], 'Command palette'],
        [['/'], 'Search conversations'],
        [['F'], 'Search in this conversation'],
        [['G'], 'Latest message'],
        [['1', '2', '3'], 'Show waiting, open or closed'],
        [['Esc'], 'Back'],
      ],
    },
    {
      title: 'Actions',
      keys: [
        [['Enter', 'R'], 'Reply'],
        [['N'], 'New conversation'],
        [['A'], 'Attach files'],
        [['E'], 'Close and go to the next, or reopen'],
        [['U'], 'Mark unread'],
        [['X'], 'No reply needed'],
        [['Shift', 'Delete'], 'Delete conversation'],
        [['Z'], 'Undo'],
        [['I'], 'Contact details'],
        [['D'], 'Delivery details of the latest message'],
        [['?'], 'Keyboard shortcuts'],
      ],
    },
    {
      title: 'Composer',
      keys: [
        [['Enter'], 'Send'],
        [['⌘', 'Shift', 'Enter'], 'Send, close and go to the next that waits'],
        [['Shift', 'Enter'], 'New line'],
      ],
    },
  ] satisfies { title: string; keys: [string[], string][] }[],
};
