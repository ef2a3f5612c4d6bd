import { expect, it } from 'vitest';
import { readSample } from './file-sample';
import { FILE_SAMPLE } from './rules';

const length = (base64: string) => atob(base64).length;

it('a sample has the first and last bytes of a file', async () => {
  const small = await readSample(new Blob([new Uint8Array([255, 216, 0])]));
  expect(small).toEqual({ first_bytes: '/9gA', last_bytes: '/9gA' });
  const bytes = new Uint8Array(100_000);
  bytes[99_999] = 7;
  const large = await readSample(new Blob([bytes]));
  expect(length(large.first_bytes)).toBe(FILE_SAMPLE.first);
  expect(length(large.last_bytes)).toBe(FILE_SAMPLE.last);
  expect(atob(large.last_bytes).endsWith('\u0007')).toBe(true);
});
