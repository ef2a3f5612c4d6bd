import { execFileSync } from 'node:child_process';
import { join, resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '../../..');

/** The build of the page with all texts in brackets. */
export const TRANSLATED = join(ROOT, 'target/translated-page');

/** Builds the page with the test translation. */
export function buildTranslated(): void {
  const vite = join(ROOT, 'node_modules/.bin/vite');
  const to = ['--outDir', TRANSLATED, '--emptyOutDir'];
  execFileSync(vite, ['build', '--logLevel', 'warn', ...to], {
    cwd: join(ROOT, 'frontend'),
    env: { ...process.env, PARTYLINE_STRINGS: join(import.meta.dirname, 'strings') },
    stdio: 'inherit',
  });
}
