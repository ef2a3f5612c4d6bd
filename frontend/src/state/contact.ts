import type { Conversation } from '../api/types';

type Named = Pick<Conversation, 'contact_name' | 'profile_name' | 'number'>;

/** What a conversation is called: the name we gave, their own, or the number as people there write it. */
export const displayName = (contact: Named) =>
  contact.contact_name ?? contact.profile_name ?? contact.number.national;

/** Up to two letters for the monogram; the last two digits of a bare number. */
export function initials(contact: Named): string {
  const name = contact.contact_name ?? contact.profile_name;
  if (!name) return contact.number.e164.slice(-2);
  const words = name.split(/[\s\-.,&/]+/).filter((word) => /\p{L}|\p{N}/u.test(word));
  const first = words[0] ?? name;
  const last = words.length > 1 ? words.at(-1) : undefined;
  return [first, last]
    .map((word) => (word ? ([...word].find((sign) => /\p{L}|\p{N}/u.test(sign)) ?? '') : ''))
    .join('')
    .toLocaleUpperCase();
}

/** One of the eight authors' inks, always the same for the same id. */
export function hueFor(id: string): number {
  let hash = 2166136261;
  for (let at = 0; at < id.length; at += 1) {
    hash = Math.imul(hash ^ id.charCodeAt(at), 16777619);
  }
  return ((hash ^ (hash >>> 15)) & 7) + 1;
}
