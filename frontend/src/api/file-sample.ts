import { FILE_SAMPLE } from './rules';

/** The first and last bytes of a file in base64. */
interface FileSample {
  first_bytes: string;
  last_bytes: string;
}

/** Reads the bytes of a file from which the server decides its type before the upload. */
export async function readSample(file: Blob): Promise<FileSample> {
  const { first, last } = FILE_SAMPLE;
  const [first_bytes, last_bytes] = await Promise.all([
    toBase64(file.slice(0, first)),
    toBase64(file.slice(Math.max(0, file.size - last))),
  ]);
  return { first_bytes, last_bytes };
}

async function toBase64(part: Blob): Promise<string> {
  const bytes = new Uint8Array(await part.arrayBuffer());
  let binary = '';
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary);
}
