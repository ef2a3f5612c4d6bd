import { appStrings } from '../strings/app';
import { ApiError, unreachable } from './problem';
import type { UploadTarget } from './types';

/** Uploads a file and reports the progress (0 to 1). */
export type Put = (
  target: UploadTarget,
  file: Blob,
  onProgress: (progress: number) => void,
  signal: AbortSignal,
) => Promise<void>;

/** Uses XMLHttpRequest, because `fetch` reports no upload progress. */
export const putFile: Put = (target, file, onProgress, signal) =>
  new Promise((done, failed) => {
    if (signal.aborted) return failed(unreachable());
    const request = new XMLHttpRequest();
    request.open('PUT', target.url);
    for (const [name, value] of Object.entries(target.headers)) {
      request.setRequestHeader(name, value);
    }
    request.upload.onprogress = ({ loaded, total }) => onProgress(total ? loaded / total : 0);
    request.onload = () => {
      if (request.status >= 200 && request.status < 300) done();
      else failed(new ApiError(request.status, appStrings.errors.upload));
    };
    request.onerror = () => failed(unreachable());
    request.onabort = () => failed(unreachable());
    signal.addEventListener('abort', () => request.abort());
    request.send(file);
  });
