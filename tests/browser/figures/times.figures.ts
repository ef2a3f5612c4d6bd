import { randomBytes } from 'node:crypto';
import { expect, type Page, test } from '@playwright/test';
import { log, open, row } from '../desk.ts';
import { png } from '../png.ts';
import { System } from '../system.ts';
import { waitUntilLive } from '../test.ts';
import { loadAverage, spread, Table } from './report.ts';

/*
 * Times from sending to the screen, with the program in `PARTYLINE` and its table on disk. Nothing is asserted.
 */

const STARTS = 10;
const TEXTS = 200;
const PICTURES = 30;
const NUMBER = '+12065550123';
const table = new Table(
  'times',
  'Headless Chromium at 1440 × 900 on the same cores; a text counts as shown when it is in view and painted, an image when it is also decoded. One at a time.',
  ['what', 'load before', 'n', 'p50 ms', 'p99 ms', 'min ms', 'max ms'],
);

test.describe.configure({ mode: 'serial' });

test('from the start of the program to its first text on the screen', async ({ browser }) => {
  const load = loadAverage();
  const started: number[] = [];
  const shown: number[] = [];
  for (let run = 0; run < STARTS; run++) {
    const page = await browser.newPage();
    const begun = now();
    const system = await System.start({ persistent: true });
    started.push(now() - begun);
    const opened = page.goto(system.deskLink);
    await system.receiveSms(NUMBER, 'The first text');
    await opened;
    shown.push((await seen(page, 'data-conversation-id', 'The first text')) - begun);
    await page.close();
    await system.stop();
  }
  table.row('start → the program listens', load, ...spread(started));
  table.row(
    'start → the first message on the screen, browser already open',
    load,
    ...spread(shown),
  );
});

test('from the webhook to the text on the screen', async ({ browser }) => {
  const system = await System.start({ persistent: true });
  const page = await browser.newPage();
  await system.receiveSms(NUMBER, 'Before anything');
  await page.goto(system.deskLink);
  await waitUntilLive(page);
  for (const [place, attribute] of [
    ['the list', 'data-conversation-id'],
    ['the open thread', 'data-message-id'],
  ] as const) {
    if (attribute === 'data-message-id') {
      // An unread thread would open at its first unread message.
      await system.markAllRead();
      await expect(row(page, /0123/)).not.toContainText('unread');
      await open(page, /0123/);
      await log(page)
        .getByText(`Text ${String(TEXTS - 1)} for the list.`)
        .waitFor();
    }
    const load = loadAverage();
    const answered: number[] = [];
    const shown: number[] = [];
    for (let n = 0; n < TEXTS; n++) {
      const text = `Text ${String(n)} for ${place}.`;
      const appeared = seen(page, attribute, text);
      // The observer is installed before the text is sent.
      await page.evaluate(() => null);
      const begun = now();
      await system.receiveSms(NUMBER, text);
      answered.push(now() - begun);
      shown.push((await appeared) - begun);
    }
    table.row(`webhook → response, ${place} visible`, load, ...spread(answered));
    table.row(`webhook → visible in ${place}, painted`, load, ...spread(shown));
  }
  await page.close();
  await system.stop();
});

test('from a phone to the picture in the thread', async ({ browser }) => {
  const system = await System.start({ persistent: true });
  const page = await browser.newPage();
  const phone = await system.addPhone(NUMBER);
  await phone.sendText('Look at these');
  await page.goto(system.deskLink);
  await open(page, /0123/);
  await log(page).getByText('Look at these').waitFor();
  const load = loadAverage();
  const shown: number[] = [];
  for (let n = 0; n < PICTURES; n++) {
    const text = `Picture ${String(n)}.`;
    // Noise does not compress: 200 KB.
    const bytes = png(256, 260, randomBytes(256 * 260 * 3));
    const appeared = seen(page, 'data-message-id', text, true);
    await page.evaluate(() => null);
    const begun = now();
    await phone.sendFiles([{ name: `${String(n)}.png`, type: 'image/png', bytes }], text);
    shown.push((await appeared) - begun);
  }
  table.row('phone sends an image of 200 KB → in the open thread, painted', load, ...spread(shown));
  await page.close();
  await system.stop();
});

/**
 * Returns when an element with `attribute` and `text` is in view and painted.
 *
 * With `picture`, its image has to be loaded, too.
 */
async function seen(page: Page, attribute: string, text: string, picture = false): Promise<number> {
  return page.evaluate(
    ([attribute, text, picture]) =>
      new Promise<number>((done, fail) => {
        setTimeout(() => {
          fail(new Error(`not seen within half a minute: ${text}`));
        }, 30_000);
        const look = () => {
          const found = [...document.querySelectorAll(`[${attribute}]`)].findLast((element) =>
            element.textContent.includes(text),
          );
          const box = found?.getBoundingClientRect();
          if (!found?.checkVisibility() || !box || box.bottom < 0 || box.top > innerHeight) return;
          const image = found.querySelector('img');
          if (picture && !(image?.complete && image.naturalWidth > 0)) return;
          observer.disconnect();
          removeEventListener('scroll', look, true);
          removeEventListener('load', look, true);
          void (picture ? image?.decode() : Promise.resolve())?.then(() => {
            requestAnimationFrame(() => {
              const drawn = new MessageChannel();
              drawn.port1.onmessage = () => {
                done(performance.timeOrigin + performance.now());
              };
              drawn.port2.postMessage(null);
            });
          });
        };
        const observer = new MutationObserver(look);
        observer.observe(document, { subtree: true, childList: true, characterData: true });
        // A virtual list draws a message below the view, then scrolls to it.
        addEventListener('scroll', look, true);
        addEventListener('load', look, true);
        look();
      }),
    [attribute, text, picture] as const,
  );
}

function now(): number {
  return performance.timeOrigin + performance.now();
}
