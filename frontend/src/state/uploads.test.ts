import { describe, expect, it } from 'vitest';
import { ApiError } from '../api/problem';
import type { Put } from '../api/put';
import type { UploadTarget } from '../api/types';
import { Drafts } from './drafts.svelte';
import { describeLimit, limitError } from './limits';
import { Uploads } from './uploads.svelte';

function uploads(...outcomes: (string | Promise<void> | null)[]) {
  const drafts = new Drafts(null);
  drafts.open('ada');
  let asked = 0;
  const put: Put = async (_place, _file, onProgress) => {
    onProgress(0.5);
    await Promise.resolve();
    const outcome = outcomes.shift();
    const problem = typeof outcome === 'string' ? outcome : await outcome;
    if (problem) throw new ApiError(0, problem);
    onProgress(1);
  };
  const createUpload = async (): Promise<UploadTarget> => {
    await Promise.resolve();
    asked += 1;
    return { upload_id: `u${String(asked)}`, url: '/media/x', headers: {}, expires_at: '' };
  };
  return { drafts, box: new Uploads({ createUpload }, drafts, put) };
}

const file = (name: string, type = 'image/png', size = 4) =>
  new File([new Uint8Array(size)], name, { type });

describe('the files of a draft', () => {
  it('are added to the draft once uploaded', async () => {
    const { drafts, box } = uploads();
    const added = box.add('c1', [file('a.png'), file('b.pdf', 'application/pdf')]);
    expect(box.pending('c1').map((upload) => upload.file.name)).toEqual(['a.png', 'b.pdf']);
    await added;
    expect(box.pending('c1')).toEqual([]);
    expect(drafts.media('c1').map((upload) => upload.name)).toEqual(['a.png', 'b.pdf']);
    expect(box.file('u1')?.name).toBe('a.png');
  });

  it('keep the order of selection', async () => {
    let arrive = () => {};
    const late = new Promise<void>((done) => (arrive = done));
    const { drafts, box } = uploads(late);
    const added = box.add('c1', [file('a.png'), file('b.png')]);
    await box.add('c1', [file('c.png')]);
    expect(drafts.media('c1').map((upload) => upload.name)).toEqual(['b.png', 'c.png']);
    arrive();
    await added;
    expect(drafts.media('c1').map((upload) => upload.name)).toEqual(['a.png', 'b.png', 'c.png']);
  });

  it('keep the reason of a failure and can be retried', async () => {
    const { drafts, box } = uploads('Not reached.');
    await box.add('c1', [file('a.png')]);
    const [upload] = box.pending('c1');
    expect(upload!.problem).toBe('Not reached.');
    expect(drafts.media('c1')).toEqual([]);
    await box.retry('c1', upload!);
    expect(drafts.media('c1').map((done) => done.name)).toEqual(['a.png']);
  });

  it('can be removed, also during the upload', async () => {
    const { drafts, box } = uploads();
    const added = box.add('c1', [file('a.png')]);
    box.remove('c1', box.pending('c1')[0]!.key);
    await added;
    expect(drafts.media('c1')).toEqual([]);
    await box.add('c1', [file('b.png')]);
    box.remove('c1', drafts.media('c1')[0]!.upload_id);
    expect(drafts.media('c1')).toEqual([]);
  });
});

describe('limits', () => {
  const image = { name: 'a.png', content_type: 'image/png', size: 3_000_000 };
  const video = { name: 'b.mp4', content_type: 'video/mp4', size: 600_000 };

  it('are described per channel', () => {
    expect(describeLimit('sms')).toBe('Up to 10 files, 5 MB in total.');
    expect(describeLimit('whatsapp')).toBe('One file, up to 16 MB.');
  });

  it('name what exceeds them', () => {
    expect(limitError('sms', [image])).toBeNull();
    expect(limitError('sms', [image, image])).toContain('5 MB');
    expect(limitError('sms', [video])).toContain('b.mp4');
    expect(limitError('whatsapp', [video])).toBeNull();
    expect(limitError('whatsapp', [image, image])).toContain('one file');
  });
});
