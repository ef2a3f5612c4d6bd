import type { Channel, Conversation, PhoneNumber } from '../api/types';

import { appStrings } from '../strings/app';
import { contactStrings } from '../strings/contact';

type Named = Pick<Conversation, 'contact_name' | 'profile_name' | 'phone_number'>;

/** Returns the contact's name, else the profile name, else the number in national format. */
export const displayName = (contact: Named) =>
  contact.contact_name ?? contact.profile_name ?? shownNumber(contact.phone_number);

/**
 * Returns the number in national format. A contact without a number is shown by their user ID: whole
 * if a person chose it, otherwise its end.
 */
export function shownNumber({ e164, national }: PhoneNumber): string {
  const [, channel, user] = /^(messenger|client|rcs|whatsapp):(.+)$/.exec(e164) ?? [];
  if (!channel || !user || /^\+\d+$/.test(user)) return national;
  const isChosen = user.length <= 24 && !/\d{5}/.test(user);
  return isChosen
    ? user
    : contactStrings.user(appStrings.channels[channel as Channel], user.slice(-4));
}

/** Returns up to two letters of the name, or the last two digits of a number without a name. */
export function initials(contact: Named): string {
  const name = contact.contact_name ?? contact.profile_name;
  if (!name) return contact.phone_number.e164.slice(-2);
  const words = name.split(/[\s\-.,&/]+/).filter((word) => /\p{L}|\p{N}/u.test(word));
  const first = words[0] ?? name;
  const last = words.length > 1 ? words.at(-1) : undefined;
  return [first, last]
    .map((word) => (word ? ([...word].find((sign) => /\p{L}|\p{N}/u.test(sign)) ?? '') : ''))
    .join('')
    .toLocaleUpperCase();
}

/** Returns one of the eight avatar hues, always the same for an id. */
export function hueFor(id: string): number {
  let hash = 2166136261;
  for (let at = 0; at < id.length; at += 1) {
    hash = Math.imul(hash ^ id.charCodeAt(at), 16777619);
  }
  return ((hash ^ (hash >>> 15)) & 7) + 1;
}
