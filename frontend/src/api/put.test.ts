import { afterEach, describe, expect, it, vi } from 'vitest';
import { putFile } from './put';

/** An XMLHttpRequest that the test controls. */
class Request {
  static sent: Blob[] = [];
  status = 0;
  readonly upload = {};
  onload: () => void = () => undefined;
  onabort: () => void = () => undefined;
  open(): void {}
  setRequestHeader(): void {}

  send(file: Blob): void {
    Request.sent.push(file);
  }

  abort(): void {
    this.onabort();
  }
}

describe('uploading a file', () => {
  afterEach(() => void vi.unstubAllGlobals());

  const put = (signal: AbortSignal) => {
    vi.stubGlobal('XMLHttpRequest', Request);
    Request.sent = [];
    const place = { upload_id: 'u1', url: '/media/x', headers: { 'x-one': '1' }, expires_at: '' };
    return putFile(place, new Blob(['abc']), () => undefined, signal);
  };

  it('stops when it is aborted', async () => {
    const stop = new AbortController();
    const leaving = put(stop.signal);
    expect(Request.sent).toHaveLength(1);
    stop.abort();
    await expect(leaving).rejects.toMatchObject({ status: 0 });
  });

  it('does not start after it was aborted', async () => {
    await expect(put(AbortSignal.abort())).rejects.toMatchObject({ status: 0 });
    expect(Request.sent).toEqual([]);
  });
});
