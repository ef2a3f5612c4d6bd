/** The apps a phone can write with. RCS stands in the same app as SMS. */
export type Channel = 'sms' | 'whatsapp' | 'messenger' | 'rcs';

export const CHANNELS: readonly Channel[] = ['sms', 'whatsapp', 'messenger', 'rcs'];

/** The channel of an address as the network writes it. */
export function parseChannel(address: string): Channel {
  const prefix = address.split(':', 1)[0];
  return CHANNELS.find((channel) => channel === prefix && address.includes(':')) ?? 'sms';
}

/** Which set of tokens the phone wears. */
export const skinFor = (address: string): 'sms' | 'whatsapp' | 'messenger' => {
  const channel = parseChannel(address);
  return channel === 'rcs' ? 'sms' : channel;
};

/** Whom a phone writes to: the sender it last had to do with, else the first of its channel. */
export function senderFor(
  address: string,
  last: string | undefined,
  senders: readonly string[],
): string {
  return last ?? senders.find((sender) => parseChannel(sender) === parseChannel(address)) ?? '';
}
