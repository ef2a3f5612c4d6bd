import { parseChannel } from './channel';
import { phoneStrings as strings } from '../strings';

/** A North American number in groups, as people there write it; any other as it is, with its country in front. */
export function formatNumber(e164: string): string {
  const american = /^\+1(\d{3})(\d{3})(\d{4})$/.exec(e164);
  return american ? `(${american[1] ?? ''}) ${american[2] ?? ''}-${american[3] ?? ''}` : e164;
}

/** The number in an address; none where its channel knows people and pages by ids, which say nothing to anybody. */
function parseNumber(address: string): string | null {
  const bare = address.slice(address.indexOf(':') + 1);
  return bare.startsWith('+') ? formatNumber(bare) : null;
}

/** The desk's sender as the customer's phone shows it: its number, or what a page and an agent are called. */
export const senderName = (address: string) => parseNumber(address) ?? strings.sender;

/** Where a customer is reached, under their name: the number, or the channel where there is none. */
export const addressLabel = (address: string) =>
  parseNumber(address) ?? strings.channels[parseChannel(address)];

/** What a customer is called where a name is needed. */
export function displayName({ name, number }: { name: string | null; number: string }): string {
  if (name !== null) return name;
  const channel = parseChannel(number);
  const label = parseNumber(number);
  if (label === null) return strings.customerOn(strings.channels[channel]);
  return channel === 'sms' ? label : strings.on(label, strings.channels[channel]);
}
