import type { Component } from 'svelte';
import type { Desk } from '../state/desk.svelte';
import type { Route } from '../state/router.svelte';

type Screen = Component<{ desk: Desk }>;

/** The screens besides the inbox, each with its code and strings in a chunk of its own. */
export const SCREENS: Record<
  Exclude<Route['screen'], 'inbox'>,
  () => Promise<{ default: Screen }>
> = {
  quarantine: () => import('../components/quarantine/Quarantine.svelte'),
};
