import rules from '../api/rules.json';
import { formatLimit } from '../api/size';
import type { UploadedFile, Channel } from '../api/types';
import { attachStrings } from '../strings/thread';

/** The limits of one message on a channel, in bytes. */
interface Limit {
  count: number;
  total: number;
  image: number;
  other: number;
}

const LIMITS: Record<Channel, Limit> = rules.media_limits;

type File = Pick<UploadedFile, 'name' | 'content_type' | 'size'>;

/** Returns the limits of one message on this channel as a sentence. */
export function describeLimit(channel: Channel): string {
  const { count, total } = LIMITS[channel];
  return attachStrings.limit(count, formatLimit(total));
}

/** Returns why the channel does not accept these files, or null. */
export function limitError(channel: Channel, files: File[]): string | null {
  const { count, total, image, other } = LIMITS[channel];
  const maxSize = (file: File) => (file.content_type.startsWith('image/') ? image : other);
  if (files.length > count) return attachStrings.tooMany(count);
  const large = files.find((file) => file.size > maxSize(file));
  if (large) return attachStrings.tooLarge(large.name, formatLimit(maxSize(large)));
  const sum = files.reduce((bytes, file) => bytes + file.size, 0);
  return sum > total ? attachStrings.totalTooLarge(formatLimit(total)) : null;
}
