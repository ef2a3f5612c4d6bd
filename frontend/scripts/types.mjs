// Writes src/api/schema.ts from public/openapi.json; with --check, fails when it would differ.
import { readFileSync, writeFileSync } from 'node:fs';
import openapiTS, { astToString } from 'openapi-typescript';

const document = new URL('../public/openapi.json', import.meta.url);
const place = new URL('../src/api/schema.ts', import.meta.url);
const note = '// Generated from public/openapi.json by `npm run types`. Do not edit.\n\n';
const text = note + astToString(await openapiTS(JSON.parse(readFileSync(document, 'utf8'))));

if (!process.argv.includes('--check')) writeFileSync(place, text);
else if (readFileSync(place, 'utf8') !== text) {
  console.error('src/api/schema.ts is not what openapi.json says: run `npm run types`.');
  process.exit(1);
}
