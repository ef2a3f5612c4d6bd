/** The channels a phone can use. RCS and SMS share one app. */
export type Channel = 'sms' | 'whatsapp' | 'messenger' | 'rcs';

export const CHANNELS: readonly Channel[] = ['sms', 'whatsapp', 'messenger', 'rcs'];

/** Returns the channel of an address as the simulator writes it. */
export function parseChannel(address: string): Channel {
  const prefix = address.split(':', 1)[0];
  return CHANNELS.find((channel) => channel === prefix && address.includes(':')) ?? 'sms';
}

/** Returns the set of design tokens of the phone's app. */
export const skinFor = (address: string): 'sms' | 'whatsapp' | 'messenger' => {
  const channel = parseChannel(address);
  return channel === 'rcs' ? 'sms' : channel;
};

/** Returns the sender a phone writes to: the last one it used, else the first of its channel. */
export function senderFor(
  address: string,
  last: string | undefined,
  senders: readonly string[],
): string {
  return last ?? senders.find((sender) => parseChannel(sender) === parseChannel(address)) ?? '';
}
