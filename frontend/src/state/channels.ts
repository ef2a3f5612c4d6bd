import { CHANNELS } from '../api/rules';
import type { Channel } from '../api/types';

/** Returns the channels of these senders and conversations, each once, in a fixed order. */
export function listChannels(known: Iterable<{ channel: Channel }>): Channel[] {
  const seen = new Set<Channel>();
  for (const { channel } of known) seen.add(channel);
  return CHANNELS.filter((channel) => seen.has(channel));
}
