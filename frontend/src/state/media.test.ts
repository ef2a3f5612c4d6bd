import { describe, expect, it } from 'vitest';
import type { MediaDownload } from '../api/types';
import { mediaKind, formatDuration, MediaUrls, formatSize, formatType } from './media.svelte';

function addresses(...lives: number[]) {
  const asked: string[] = [];
  const book = new MediaUrls({
    getMedia: async (_: string, message: string, index: number): Promise<MediaDownload> => {
      asked.push(`${message}/${String(index)}`);
      const life = lives.shift() ?? 60_000;
      await Promise.resolve();
      if (life < 0) throw new Error('not now');
      return {
        url: `/media/${String(asked.length)}`,
        expires_at: new Date(Date.now() + life).toISOString(),
        content_type: 'image/png',
        name: null,
      };
    },
  });
  return { book, asked };
}

describe('media URLs', () => {
  it('are requested once', async () => {
    const { book, asked } = addresses();
    const both = await Promise.all([book.get('c1', 'm1', 0), book.get('c1', 'm1', 0)]);
    expect(both[0]).toBe(both[1]);
    await book.get('c1', 'm1', 0);
    await book.get('c1', 'm1', 1);
    expect(asked).toEqual(['m1/0', 'm1/1']);
  });

  it('are requested again shortly before they expire', async () => {
    const { book, asked } = addresses(10_000);
    await book.get('c1', 'm1', 0);
    const second = await book.get('c1', 'm1', 0);
    expect(asked).toHaveLength(2);
    expect(second.url).toBe('/media/2');
  });

  it('are requested again after an error', async () => {
    const { book } = addresses(-1);
    await expect(book.get('c1', 'm1', 0)).rejects.toThrow('not now');
    expect((await book.get('c1', 'm1', 0)).url).toBe('/media/2');
  });
});

describe('formatted media properties', () => {
  it('are sizes', () => {
    expect([12, 820_400, 999_600, 3_400_000, 16_000_000].map(formatSize)).toEqual([
      '12 B',
      '820 KB',
      '1 MB',
      '3.4 MB',
      '16 MB',
    ]);
  });

  it('are durations', () => {
    expect([7, 62.9, 3729, Infinity, NaN].map(formatDuration)).toEqual([
      '0:07',
      '1:02',
      '1:02:09',
      '0:00',
      '0:00',
    ]);
  });

  it('are file types', () => {
    expect(
      ['application/pdf; x=y', 'text/csv', 'application/zip', 'application/octet-stream', ''].map(
        formatType,
      ),
    ).toEqual(['PDF', 'CSV', 'ZIP', '', '']);
  });

  it('do not treat an executable type as an image', () => {
    expect(
      ['image/png', 'image/svg+xml', 'text/html', 'audio/ogg', 'text/x-vcard'].map(mediaKind),
    ).toEqual(['image', 'document', 'document', 'audio', 'contact']);
  });
});
