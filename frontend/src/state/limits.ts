import limits from '../api/limits.json';
import { limitInWords } from '../api/size';
import type { Attached, Channel } from '../api/types';
import { strings } from '../strings';

/** What a channel takes with one message; bytes. One picture, and one of anything else. */
interface Limit {
  count: number;
  total: number;
  image: number;
  other: number;
}

const LIMITS: Record<Channel, Limit> = limits;

type File = Pick<Attached, 'name' | 'content_type' | 'size'>;

/** What may go with one message on this channel, in a sentence. */
export function limitOf(channel: Channel): string {
  const { count, total } = LIMITS[channel];
  return strings.attach.limit(count, limitInWords(total));
}

/** The sentence for files that this channel does not take; nothing when it takes them. */
export function overLimit(channel: Channel, files: File[]): string | null {
  const { count, total, image, other } = LIMITS[channel];
  const most = (one: File) => (one.content_type.startsWith('image/') ? image : other);
  if (files.length > count) return strings.attach.tooMany(count);
  const large = files.find((one) => one.size > most(one));
  if (large) return strings.attach.tooLarge(large.name, limitInWords(most(large)));
  const sum = files.reduce((bytes, one) => bytes + one.size, 0);
  return sum > total ? strings.attach.tooMuch(limitInWords(total)) : null;
}
