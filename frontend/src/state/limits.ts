import type { Attached, Channel } from '../api/types';
import { strings } from '../strings';
import { kindOf, sizeOf } from './media.svelte';

/** What a channel takes with one message; bytes. Twilio's figures. */
interface Limit {
  count: number;
  total: number;
  /** One picture; anything else. */
  picture: number;
  other: number;
}

const MB = 1_000_000;
const LIMITS: Record<Channel, Limit> = {
  sms: { count: 10, total: 5 * MB, picture: 5 * MB, other: 500_000 },
  whatsapp: { count: 1, total: 16 * MB, picture: 5 * MB, other: 16 * MB },
  messenger: { count: 10, total: 16 * MB, picture: 16 * MB, other: 16 * MB },
  rcs: { count: 10, total: 16 * MB, picture: 16 * MB, other: 16 * MB },
  client: { count: 10, total: 16 * MB, picture: 16 * MB, other: 16 * MB },
};

type File = Pick<Attached, 'name' | 'content_type' | 'size'>;

/** What may go with one message on this channel, in a sentence. */
export function limitOf(channel: Channel): string {
  const { count, total } = LIMITS[channel];
  return strings.attach.limit(count, sizeOf(total));
}

/** The sentence for files that this channel does not take; nothing when it takes them. */
export function overLimit(channel: Channel, files: File[]): string | null {
  const { count, total, picture, other } = LIMITS[channel];
  if (files.length > count) return strings.attach.tooMany(count);
  const large = files.find(
    (one) => one.size > (kindOf(one.content_type) === 'image' ? picture : other),
  );
  if (large) {
    const most = kindOf(large.content_type) === 'image' ? picture : other;
    return strings.attach.tooLarge(large.name, sizeOf(most));
  }
  const sum = files.reduce((bytes, one) => bytes + one.size, 0);
  return sum > total ? strings.attach.tooMuch(sizeOf(total)) : null;
}
