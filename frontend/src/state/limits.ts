import { MEDIA_LIMITS } from '../api/rules';
import { formatLimit } from '../api/size';
import type { UploadedFile, Channel } from '../api/types';
import { attachStrings } from '../strings/thread';

type File = Pick<UploadedFile, 'name' | 'content_type' | 'size'>;

/** Returns the limits of one message on this channel as a sentence. */
export function describeLimit(channel: Channel): string {
  const { count, total } = MEDIA_LIMITS[channel];
  return attachStrings.limit(count, formatLimit(total));
}

/** Returns why the channel does not accept these files, or null. */
export function limitError(channel: Channel, files: File[]): string | null {
  const { count, total, image, other } = MEDIA_LIMITS[channel];
  const maxSize = (file: File) => (file.content_type.startsWith('image/') ? image : other);
  if (files.length > count) return attachStrings.tooMany(count);
  const large = files.find((file) => file.size > maxSize(file));
  if (large) return attachStrings.tooLarge(large.name, formatLimit(maxSize(large)));
  const sum = files.reduce((bytes, file) => bytes + file.size, 0);
  return sum > total ? attachStrings.totalTooLarge(formatLimit(total)) : null;
}
