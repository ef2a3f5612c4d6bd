import { strings } from '../strings';
import type { Desk } from './desk.svelte';
import type { Screen } from './screen.svelte';
import type { Theme } from './theme.svelte';

/** Something the palette does. */
export interface Command {
  label: string;
  /** The key that does the same. */
  key?: string;
  run: () => void;
}

const THEMES: Theme[] = ['auto', 'light', 'dark'];

/** Everything that can be done now: with the open conversation first, then with the desk. */
export function commandsOf(desk: Desk, screen: Screen): Command[] {
  const { acts } = screen;
  const say = strings.palette.commands;
  const { selected } = desk;
  const here: Command[] = selected
    ? [
        { label: strings.composer.label(strings.palette.them), key: 'R', run: acts.reply },
        { label: strings.attach.add, key: 'A', run: acts.attach },
        {
          label: selected.status === 'open' ? strings.thread.closeIt : strings.thread.reopen,
          key: 'E',
          run: acts.toggleStatus,
        },
        { label: strings.find.label, key: 'F', run: acts.find },
        { label: say.newest, key: 'G', run: acts.newest },
        { label: say.details, key: 'D', run: acts.details },
        { label: strings.thread.person, key: 'I', run: acts.person },
        { label: strings.person.remove, key: '#', run: acts.remove },
      ]
    : [];
  const admin: Command[] =
    desk.session.user?.role === 'admin'
      ? [{ label: strings.menu.quarantine, run: () => desk.route.toQuarantine() }]
      : [];
  return [
    ...here,
    { label: strings.list.compose, key: 'N', run: acts.compose },
    { label: say.search, key: '/', run: acts.search },
    { label: say.show.open, key: '1', run: () => screen.filter('open') },
    { label: say.show.unread, key: '2', run: () => screen.filter('unread') },
    { label: say.show.closed, key: '3', run: () => screen.filter('closed') },
    ...channels(desk),
    ...admin,
    ...THEMES.map((theme) => ({ label: say.theme[theme], run: () => desk.theme.choose(theme) })),
    {
      label: desk.sound.on ? say.soundOff : say.soundOn,
      run: () => desk.sound.turn(!desk.sound.on),
    },
    {
      label: desk.notices.on ? say.noticesOff : say.noticesOn,
      run: () => void desk.notices.turn(!desk.notices.on),
    },
    { label: strings.menu.shortcuts, key: '?', run: acts.shortcuts },
    { label: strings.menu.signOut, run: () => void desk.signOut() },
  ];
}

function channels(desk: Desk): Command[] {
  if (desk.channels.length < 2) return [];
  const choose = (channel: (typeof desk.channels)[number] | null) => () => {
    desk.list.channel = channel;
    void desk.list.load();
  };
  return [null, ...desk.channels].map((channel) => ({
    label: strings.palette.commands.channel(
      channel ? strings.channels[channel] : strings.list.allChannels,
    ),
    run: choose(channel),
  }));
}

/** The commands that hold every word, in any order, those that begin with the text first. */
export function matching(commands: Command[], text: string): Command[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const label = (one: Command) => one.label.toLowerCase();
  const hits = commands.filter((one) => words.every((word) => label(one).includes(word)));
  const begins = (one: Command) => (label(one).startsWith(words.join(' ')) ? 0 : 1);
  return words.length ? hits.sort((a, b) => begins(a) - begins(b)) : hits;
}
