// Prints what each page loads first and each further chunk, gzipped, and fails above the limits:
// 60 KB of JavaScript for the desk's first load, 40 KB for any further chunk.
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

const FIRST_LOAD = 60 * 1024;
const CHUNK = 40 * 1024;

const dist = new URL('../dist/', import.meta.url);
const manifest = JSON.parse(readFileSync(new URL('.vite/manifest.json', dist), 'utf8'));

const size = (file) => gzipSync(readFileSync(new URL(file, dist)), { level: 9 }).length;
const kilobytes = (bytes) => `${(bytes / 1024).toFixed(1)} KB`.padStart(8);

/** All script files that must arrive before the entry `key` runs. */
function firstLoad(key, seen = new Set()) {
  const chunk = manifest[key];
  if (seen.has(chunk.file)) return seen;
  seen.add(chunk.file);
  for (const imported of chunk.imports ?? []) firstLoad(imported, seen);
  return seen;
}

let failed = false;
const report = (name, bytes, limit) => {
  const over = bytes > limit;
  failed ||= over;
  console.log(`${kilobytes(bytes)} of ${kilobytes(limit)}  ${over ? 'OVER ' : ''}${name}`);
};

const first = new Set();
for (const [key, chunk] of Object.entries(manifest)) {
  if (!chunk.isEntry) continue;
  const files = [...firstLoad(key)];
  files.forEach((file) => first.add(file));
  report(
    `first load of ${key} (${files.length} files)`,
    files.map(size).reduce((a, b) => a + b, 0),
    FIRST_LOAD,
  );
}
for (const chunk of Object.values(manifest)) {
  if (chunk.file.endsWith('.js') && !first.has(chunk.file)) {
    report(`chunk ${chunk.file}`, size(chunk.file), CHUNK);
  }
}
process.exit(failed ? 1 : 0);
