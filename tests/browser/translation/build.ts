import { execFileSync } from 'node:child_process';
import { join, resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '../../..');

/** Where the page stands that says everything in brackets. */
export const TRANSLATED = join(ROOT, 'target/translated-page');

/** Builds it, as anybody builds the page with a translation. */
export function buildTranslated(): void {
  const vite = join(ROOT, 'node_modules/.bin/vite');
  const to = ['--outDir', TRANSLATED, '--emptyOutDir'];
  execFileSync(vite, ['build', '--logLevel', 'warn', ...to], {
    cwd: join(ROOT, 'frontend'),
    env: { ...process.env, PARTYLINE_STRINGS: join(import.meta.dirname, 'strings') },
    stdio: 'inherit',
  });
}
