import { execSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join, resolve } from 'node:path';
import type { Page } from '@playwright/test';
import { System } from './system.ts';
import { ready, test } from './test.ts';

/*
 * The figures that need a browser, written to `target/bench/page.md`. The program is the one that `PARTYLINE` names, its
 * table on disk. Nothing is asserted; a bad figure is printed like a good one.
 */

const STARTS = 10;
const TEXTS = 200;
const NUMBER = '+12065550123';
const rows: string[] = [];

test.describe.configure({ mode: 'serial' });

test('from the start of the program to its first text on the screen', async ({ browser }) => {
  const load = loadAverage();
  const started: number[] = [];
  const shown: number[] = [];
  for (let run = 0; run < STARTS; run++) {
    const page = await browser.newPage();
    const begun = now();
    const system = await System.start({ keeps: true });
    started.push(now() - begun);
    const opened = page.goto(system.deskLink);
    await system.receives(NUMBER, 'The first text');
    await opened;
    shown.push((await seen(page, 'data-conversation-id', 'The first text')) - begun);
    await page.close();
    await system.stop();
  }
  row('start → the program listens', load, started);
  row('start → the first text on the screen, browser open already', load, shown);
});

test('from the webhook to the text on the screen', async ({ browser }) => {
  const system = await System.start({ keeps: true });
  const page = await browser.newPage();
  await system.receives(NUMBER, 'Before anything');
  await page.goto(system.deskLink);
  await ready(page);
  for (const [place, attribute] of [
    ['the list', 'data-conversation-id'],
    ['the open thread', 'data-message-id'],
  ] as const) {
    if (attribute === 'data-message-id') {
      await page.getByRole('link', { name: /0123/ }).click();
      const last = `Text ${String(TEXTS - 1)} for the list.`;
      await page.getByRole('log').getByText(last).waitFor();
    }
    const load = loadAverage();
    const answered: number[] = [];
    const shown: number[] = [];
    for (let n = 0; n < TEXTS; n++) {
      const text = `Text ${String(n)} for ${place}.`;
      const appeared = seen(page, attribute, text);
      // The observer stands before the text is posted.
      await page.evaluate(() => null);
      const begun = now();
      await system.receives(NUMBER, text);
      answered.push(now() - begun);
      shown.push((await appeared) - begun);
    }
    row(`webhook → answered, while ${place} is looked at`, load, answered);
    row(`webhook → visible in ${place}, painted`, load, shown);
  }
  await system.stop();
});

/** The moment at which an element with `attribute` and `text` in it stands in the window and a frame has been drawn. */
async function seen(page: Page, attribute: string, text: string): Promise<number> {
  return page.evaluate(
    ([attribute, text]) =>
      new Promise<number>((done) => {
        const look = () => {
          const found = [...document.querySelectorAll(`[${attribute}]`)].findLast((element) =>
            element.textContent.includes(text),
          );
          const box = found?.getBoundingClientRect();
          if (!found?.checkVisibility() || !box || box.bottom < 0 || box.top > innerHeight) return;
          observer.disconnect();
          removeEventListener('scroll', look, true);
          requestAnimationFrame(() => {
            const drawn = new MessageChannel();
            drawn.port1.onmessage = () => {
              done(performance.timeOrigin + performance.now());
            };
            drawn.port2.postMessage(null);
          });
        };
        const observer = new MutationObserver(look);
        observer.observe(document, { subtree: true, childList: true, characterData: true });
        // A virtual list draws a message below the window first, and scrolls to it then.
        addEventListener('scroll', look, true);
        look();
      }),
    [attribute, text] as const,
  );
}

function now(): number {
  return performance.timeOrigin + performance.now();
}

function loadAverage(): string {
  return readFileSync('/proc/loadavg', 'utf8').split(' ')[0] ?? '?';
}

function row(what: string, load: string, times: number[]): void {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number) =>
    (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN).toFixed(1);
  rows.push(
    `| ${[what, load, sorted.length, at(0.5), at(0.99), at(0), at(1)].map(String).join(' | ')} |`,
  );
  const date = new Date().toISOString().slice(0, 16).replace('T', ' ');
  const version = execSync('git rev-parse --short HEAD', { encoding: 'utf8' }).trim();
  const folder = resolve(import.meta.dirname, '../../target/bench');
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    join(folder, 'page.md'),
    `\`BENCH=page make bench\`: headless Chromium at 1440 × 900 on the same cores; a text counts as shown when it stands in the window and the frame after it has been drawn.

Ended ${date} UTC at ${version}, ${String(cpus().length)} cores.

| what | load before | n | p50 ms | p99 ms | least ms | most ms |
| --- | --- | --- | --- | --- | --- | --- |
${rows.join('\n')}
`,
  );
  console.log(rows.at(-1));
}
