import type { Channel } from '../api/types';

const CHANNELS: Channel[] = ['sms', 'whatsapp', 'messenger', 'rcs', 'client'];

/** The channels there are, always in one order: by our senders, and by who wrote. */
export function listChannels(known: Iterable<{ channel: Channel }>): Channel[] {
  const seen = new Set<Channel>();
  for (const { channel } of known) seen.add(channel);
  return CHANNELS.filter((channel) => seen.has(channel));
}
