import { appStrings } from '../strings/app';
import { menuStrings, listStrings } from '../strings/inbox';
import { paletteStrings } from '../strings/palette';
import type { Desk } from './desk.svelte';
import type { Shell } from './shell.svelte';
import type { Theme } from './theme.svelte';

/** An entry of the command palette. */
export interface Command {
  label: string;
  /** The shortcut key of the same action. */
  key?: string;
  run: () => void;
}

const THEMES: Theme[] = ['auto', 'light', 'dark'];

/** Returns all available commands: first those of the open conversation, then the general ones. */
export function listCommands(desk: Desk, shell: Shell): Command[] {
  const { keyActions: actions } = shell;
  const t = paletteStrings.commands;
  const { selected } = desk;
  const here: Command[] = selected
    ? [
        { label: t.reply, key: 'R', run: actions.reply },
        { label: t.attach, key: 'A', run: actions.attach },
        {
          label: selected.status === 'open' ? t.close : t.reopen,
          key: 'E',
          run: actions.toggleStatus,
        },
        { label: menuStrings.markUnread, key: 'U', run: actions.markUnread },
        { label: menuStrings.noReplyNeeded, key: 'X', run: actions.dismiss },
        { label: t.find, key: 'F', run: actions.find },
        { label: t.latest, key: 'G', run: actions.newest },
        { label: t.details, key: 'D', run: actions.details },
        { label: t.contact, key: 'I', run: actions.contact },
        ...(desk.mayDelete ? [{ label: t.remove, key: t.removeKey, run: actions.remove }] : []),
      ]
    : [];
  const admin: Command[] =
    desk.session.user?.role === 'admin'
      ? [{ label: menuStrings.quarantine, run: () => desk.router.open({ screen: 'quarantine' }) }]
      : [];
  return [
    ...here,
    { label: listStrings.compose, key: 'N', run: actions.compose },
    { label: t.nextWaiting, key: 'W', run: actions.nextWaiting },
    { label: t.search, key: '/', run: actions.search },
    { label: t.show.waiting, key: '1', run: () => shell.filter('waiting') },
    { label: t.show.open, key: '2', run: () => shell.filter('open') },
    { label: t.show.closed, key: '3', run: () => shell.filter('closed') },
    ...channels(desk),
    ...admin,
    ...THEMES.map((theme) => ({ label: t.theme[theme], run: () => desk.theme.set(theme) })),
    {
      label: desk.sound.on ? t.soundOff : t.soundOn,
      run: () => desk.sound.setOn(!desk.sound.on),
    },
    {
      label: desk.notifications.on ? t.notificationsOff : t.notificationsOn,
      run: () => void desk.notifications.setOn(!desk.notifications.on),
    },
    { label: menuStrings.shortcuts, key: '?', run: actions.shortcuts },
    { label: menuStrings.signOut, run: () => void desk.signOut() },
  ];
}

function channels(desk: Desk): Command[] {
  if (desk.channels.length < 2) return [];
  const choose = (channel: (typeof desk.channels)[number] | null) => () => {
    desk.list.channel = channel;
    void desk.list.load();
  };
  return [null, ...desk.channels].map((channel) => ({
    label: paletteStrings.commands.channel(
      channel ? appStrings.channels[channel] : listStrings.allChannels,
    ),
    run: choose(channel),
  }));
}

/** Returns the commands that contain every word. Those that start with the text come first. */
export function filterCommands(commands: Command[], text: string): Command[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const label = (command: Command) => command.label.toLowerCase();
  const hits = commands.filter((command) => words.every((word) => label(command).includes(word)));
  const begins = (command: Command) => (label(command).startsWith(words.join(' ')) ? 0 : 1);
  return words.length ? hits.sort((a, b) => begins(a) - begins(b)) : hits;
}
