import { MEDIA_KINDS } from '../api/rules';
import type { Client } from '../api/client';
import type { Media, MediaDownload, MediaKind, Message } from '../api/types';
import { appStrings, locale } from '../strings/app';

/** A URL that expires within this time (ms) is requested again. */
const EXPIRY_MARGIN = 15_000;

/** The download URLs of media. Each is requested once and again when it expires. */
export class MediaUrls {
  readonly #client: Pick<Client, 'getMedia'>;
  readonly #requests = new Map<string, Promise<MediaDownload>>();
  readonly #expiresAt = new Map<string, number>();

  constructor(client: Pick<Client, 'getMedia'>) {
    this.#client = client;
  }

  /** Returns the download URL of a message's media. Errors are not cached. */
  get(conversation: string, message: string, index: number): Promise<MediaDownload> {
    const key = `${message}/${String(index)}`;
    const cached = this.#requests.get(key);
    if (cached && (this.#expiresAt.get(key) ?? Infinity) > Date.now() + EXPIRY_MARGIN)
      return cached;
    this.#expiresAt.delete(key);
    const request = this.#client.getMedia(conversation, message, index);
    this.#requests.set(key, request);
    request.then(
      (address) => this.#expiresAt.set(key, Date.parse(address.expires_at)),
      () => this.#requests.delete(key),
    );
    return request;
  }

  clear(): void {
    this.#requests.clear();
    this.#expiresAt.clear();
  }
}

/** Formats a file size: "820 KB", "3.4 MB". */
export function formatSize(bytes: number): string {
  const { size } = appStrings;
  if (bytes < 1000) return size.bytes(String(bytes));
  if (bytes < 999_500) return size.kilobytes(String(Math.round(bytes / 1000)));
  return size.megabytes((bytes / 1_000_000).toLocaleString(locale, { maximumFractionDigits: 1 }));
}

/** Formats a duration: "0:07", "1:02:09". */
export function formatDuration(seconds: number): string {
  if (!Number.isFinite(seconds) || seconds < 0) return '0:00';
  const whole = Math.floor(seconds);
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (part: number) => String(part).padStart(2, '0');
  return h > 0 ? `${String(h)}:${two(m)}:${two(s)}` : `${String(m)}:${two(s)}`;
}

const SUBTYPE = /^[a-z0-9]+\/(?:x-|vnd\.)?([a-z0-9.+-]+)/;
const NAMES: Record<string, string> = {
  'application/pdf': 'PDF',
  'application/msword': 'Word',
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document': 'Word',
  'application/vnd.ms-excel': 'Excel',
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet': 'Excel',
  'application/vnd.ms-powerpoint': 'PowerPoint',
  'application/vnd.openxmlformats-officedocument.presentationml.presentation': 'PowerPoint',
  'application/octet-stream': '',
  'text/plain': 'TXT',
  'image/svg+xml': 'SVG',
};

/** Returns a short name of a content type; empty if it means nothing to users. */
export function formatType(contentType: string): string {
  const type = contentType.split(';')[0]?.trim().toLowerCase() ?? '';
  return NAMES[type] ?? (SUBTYPE.exec(type)?.[1] ?? '').slice(0, 12).toUpperCase();
}

/** Returns how a selected file is shown. Types that a browser might execute are documents. */
export function mediaKind(contentType: string): MediaKind {
  const type = contentType.split(';')[0]?.trim().toLowerCase() ?? '';
  const rule = MEDIA_KINDS.find(([known]) =>
    known.endsWith('/') ? type.startsWith(known) : type === known,
  );
  return rule?.[1] ?? 'document';
}

/** Separates images, which are shown side by side, from other media. */
export function splitByKind(media: Media[]): { images: Media[]; others: Media[] } {
  const isImage = (media: Media) => media.kind === 'image';
  return { images: media.filter(isImage), others: media.filter((media) => !isImage(media)) };
}

/** Returns all stored images of a thread, oldest first. */
export function listImages(messages: Message[]): { message_id: string; index: number }[] {
  return messages.flatMap(({ message_id, media }) =>
    media
      .filter((media) => media.kind === 'image' && media.state === 'stored')
      .map(({ index }) => ({ message_id, index })),
  );
}
