import { parseChannel } from './channel';
import { phoneStrings as strings } from '../strings/phones';

/** Formats a North American number in groups; returns any other number as it is. */
export function formatNumber(e164: string): string {
  const american = /^\+1(\d{3})(\d{3})(\d{4})$/.exec(e164);
  return american ? `(${american[1] ?? ''}) ${american[2] ?? ''}-${american[3] ?? ''}` : e164;
}

/** Returns the formatted number of an address, or null if the address has none. */
function parseNumber(address: string): string | null {
  const bare = address.slice(address.indexOf(':') + 1);
  return bare.startsWith('+') ? formatNumber(bare) : null;
}

/** Returns the sender's name on the customer's phone: its number, or the product's name. */
export const senderName = (address: string) => parseNumber(address) ?? strings.sender;

/** Returns what is shown below a customer's name: the number, else the channel. */
export const addressLabel = (address: string) =>
  parseNumber(address) ?? strings.channels[parseChannel(address)];

/** Returns the customer's name, or number and channel without one. */
export function displayName({ name, number }: { name: string | null; number: string }): string {
  if (name !== null) return name;
  const channel = parseChannel(number);
  const label = parseNumber(number);
  if (label === null) return strings.customerOn(strings.channels[channel]);
  return channel === 'sms' ? label : strings.on(label, strings.channels[channel]);
}
