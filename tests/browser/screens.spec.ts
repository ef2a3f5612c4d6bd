import { Buffer } from 'node:buffer';
import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { answer, bubble, expectStatus, log, open, row } from './desk.ts';
import { png } from './png.ts';
import { resize, scrollable, SIZES } from './sizes.ts';
import type { System } from './system.ts';
import { expect, waitUntilLive, test } from './test.ts';

/** Only parts of a screen scroll, never the page. */
const FITS = { down: 0, sideways: 0 };
const THEMES = ['light', 'dark'] as const;

/** Axe's source is the costly part of a run, so it is injected only once per page. */
const IN_THE_PAGE = { axeSource: '/* Axe is in the page. */' };

/** "Live" is replaced by the product's name after this time (ms). */
const CONNECTED_DELAY = 3000;

test.use({ fakeClock: true });

test('sign-in', async ({ page }) => {
  await page.goto('/');
  await expect(page.getByLabel('Username')).toBeFocused();
  await expectScreen(page, 'sign-in');
});

test('rejected sign-in', async ({ page }) => {
  await page.goto('/');
  await page.getByLabel('Username').fill('admin');
  await page.getByLabel('Password').fill('no');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByRole('alert')).not.toBeEmpty();
  await expectScreen(page, 'sign-in-refused');
});

test('empty inbox', async ({ desk }) => {
  await expect(desk.getByRole('heading', { name: /No conversations yet/ }).first()).toBeVisible();
  await expectScreen(desk, 'empty-inbox');
});

test('busy list', async ({ desk, system }) => {
  await fillList(system, desk);
  await desk.reload();
  await expect(row(desk, /./)).toHaveCount(8);
  await expectScreen(desk, 'busy-list');
});

test('thread', async ({ desk, system }) => {
  const phone = await system.addPhone('+12065550123');
  await phone.sendText('Hello, is my bicycle ready? It is the green one with the basket.');
  await open(desk, /0123/);
  await answer(desk, 'Nearly. The chain came this morning.');
  await answer(desk, 'Come by after four.');
  await expectStatus(desk, 'after four', 'delivered');
  await phone.sendText('See you then');
  await expect(bubble(desk, 'See you then')).toBeVisible();
  await expectScreen(desk, 'thread');
});

test('thread with failures', async ({ desk, system }) => {
  const phone = await system.addPhone('+12065550123');
  await phone.sendText('Call me back');
  await open(desk, /0123/);
  await phone.setCondition('unreachable');
  await answer(desk, 'We tried to reach you.');
  await expectStatus(desk, 'We tried', 'undelivered');
  await system.armFault({ on: 'create', fault: { kind: 'cut' } });
  await answer(desk, 'And again.');
  await expectStatus(desk, 'And again', 'unknown');
  await expectScreen(desk, 'thread-with-failures');
});

test('closed conversation', async ({ desk, system }) => {
  await system.receiveSms('+12065550123', 'That was all, thank you');
  await open(desk, /0123/);
  await desk.getByRole('button', { name: 'Close conversation' }).first().click();
  await expect(row(desk, /0123/)).toHaveCount(0);
  await desk.keyboard.press('3');
  await open(desk, /0123/);
  await desk.reload();
  await waitUntilLive(desk);
  await expect(desk.getByText('This conversation is closed.')).toBeVisible();
  await expectScreen(desk, 'closed-conversation');
});

test('new conversation with a bad number', async ({ desk, system }) => {
  await fillList(system, desk);
  await desk.keyboard.press('n');
  await desk.getByLabel('Phone number').fill('+1 206 555');
  await expect(desk.getByLabel('Phone number')).toHaveAttribute('aria-invalid', 'true');
  await expectScreen(desk, 'new-conversation', desk.getByRole('dialog'));
});

test('keyboard shortcuts', async ({ desk }) => {
  await desk.keyboard.press('?');
  await expect(desk.getByRole('dialog')).toBeVisible();
  await expectScreen(desk, 'shortcuts', desk.getByRole('dialog'));
});

test('menu', async ({ desk }) => {
  await desk.getByRole('button', { name: 'Menu' }).click();
  await expect(desk.getByRole('button', { name: 'Sign out' })).toBeVisible();
  await expectScreen(desk, 'menu', desk.locator('#menu'));
});

test('search without a hit', async ({ desk, system }) => {
  await fillList(system, desk);
  await expect(row(desk, /Tom/)).toContainText('2 unread messages');
  await desk.getByRole('searchbox').fill('brigtn');
  await expect(desk.getByText('No results for “brigtn”.')).toBeVisible();
  await expectScreen(desk, 'search-without-a-hit');
});

test('offline', async ({ context, desk, system }) => {
  await fillList(system, desk);
  await open(desk, /Maria/);
  await expect(row(desk, /Maria/)).not.toContainText('unread');
  await expect(row(desk, /Tom/)).toContainText('2 unread messages');
  await context.setOffline(true);
  await expect(desk.getByText(/You can keep writing/)).toBeVisible();
  await expectScreen(desk, 'offline');
});

test('contact panel', async ({ desk, system }) => {
  await system.receiveSms('+12065550123', 'Hello');
  await open(desk, /0123/);
  await desk.getByRole('button', { name: 'Add name' }).click();
  await desk.getByRole('textbox', { name: 'Name' }).fill('Maria');
  await expectScreen(desk, 'contact', desk.getByRole('complementary'));
});

test('palette', async ({ desk, system }) => {
  await fillList(system, desk);
  await open(desk, /Maria/);
  await desk.keyboard.press('Control+k');
  await desk.getByRole('dialog').getByRole('combobox').fill('con');
  await expect(desk.getByRole('dialog').getByRole('option').first()).toBeVisible();
  await expectScreen(desk, 'palette', desk.getByRole('dialog'));
});

test('delivery of a message', async ({ desk, system }) => {
  const phone = await system.addPhone('+12065550123');
  await phone.sendText('Hello?');
  await open(desk, /0123/);
  await answer(desk, 'Hello, this is the desk.');
  await expectStatus(desk, 'this is the desk', 'delivered');
  await log(desk).focus();
  await desk.keyboard.press('d');
  await expect(desk.getByRole('dialog').getByText('Delivered')).toBeVisible();
  await expectScreen(desk, 'delivery', desk.getByRole('dialog'));
});

test('thread with files, and the lightbox', async ({ desk, system }) => {
  const phone = await system.addPhone('whatsapp:+12065550150', 'Grace');
  await phone.sendFiles([{ name: 'bike.png', type: 'image/png', bytes: png(400, 300) }], 'Look');
  await expect(row(desk, /Grace/)).toBeVisible();
  await phone.sendFiles([
    { name: 'bill.pdf', type: 'application/pdf', bytes: Buffer.from('%PDF-1.4') },
  ]);
  await open(desk, /Grace/);
  await expect(log(desk).locator('img')).toBeVisible();
  await expect(log(desk).getByRole('button', { name: 'Download: bill.pdf' })).toBeVisible();
  await expectScreen(desk, 'thread-with-files', desk.getByRole('region', { name: 'Grace' }));
  await resize(desk, SIZES.wide);
  await log(desk).getByRole('button', { name: 'Enlarge: bike.png' }).click();
  await expect(desk.getByRole('dialog').getByRole('img')).toBeVisible();
  await expectScreen(desk, 'lightbox', desk.getByRole('dialog'));
  await resize(desk, SIZES.narrow);
  for (const part of [
    desk.getByRole('button', { name: 'Close', exact: true }),
    desk.locator('dialog img'),
  ]) {
    await expect(part, 'nothing is cut off').toBeInViewport({ ratio: 1 });
  }
});

test('search with hits', async ({ desk, system }) => {
  await fillList(system, desk);
  await desk.getByRole('searchbox').fill('to');
  await expect(row(desk, /Tom/)).toBeVisible();
  await expect(row(desk, /Wanda/)).toHaveCount(0);
  await expectScreen(desk, 'search-with-hits', desk.getByRole('region', { name: 'Conversations' }));
});

test('search in a thread', async ({ desk, system }) => {
  await system.receiveSms('+12065550123', 'Hello');
  await open(desk, /0123/);
  await log(desk).focus();
  await desk.keyboard.press('f');
  await expect(desk.getByRole('searchbox', { name: 'Search in this conversation' })).toBeFocused();
  await expectScreen(desk, 'search-in-a-thread', desk.getByRole('region', { name: /0123/ }));
});

test('quarantine', async ({ desk, system }) => {
  await system.receiveForUnknownNumber('+12065550123', 'Are you there?');
  await system.receiveForUnknownNumber('+12065550124', 'Nor here?');
  await desk.reload();
  await desk.getByRole('button', { name: 'Menu' }).click();
  await desk.getByRole('button', { name: /^Quarantine/ }).click();
  await expect(desk.getByRole('button', { name: 'Release all 2' })).toBeVisible();
  await expectScreen(desk, 'quarantine', desk.getByRole('region', { name: 'Quarantine' }));
});

test('phones', async ({ page, system }) => {
  const phone = await system.addPhone('+12065550123', 'Grace');
  await phone.sendText('Are you open?');
  await page.goto(system.link);
  await page.getByRole('button', { name: /Grace/ }).first().click();
  const desk = page.frameLocator('iframe');
  await desk.getByRole('link', { name: /0123/ }).click();
  await desk.getByRole('textbox', { name: /^Message to/ }).fill('We are.');
  await desk.getByRole('textbox', { name: /^Message to/ }).press('Enter');
  await expect(page.getByRole('article', { name: /Grace/ }).getByText('We are.')).toBeVisible();
  await expect(desk.locator('[data-status=delivered]')).toBeVisible();
  await expectScreen(page, 'phones');
});

test('phones of other channels', async ({ page, system }) => {
  const ada = await system.call<{ phones: { number: string }[] }>('GET', '/phones/api/phones');
  for (const { number } of ada.phones) {
    await system.call('DELETE', `/phones/api/phones/${encodeURIComponent(number)}`);
  }
  const customer = await system.addPhone('messenger:200000000000100');
  await customer.sendText('Do you repair e-bikes?', 'messenger:110000000000001');
  const grace = await system.addPhone('whatsapp:+12065550123', 'Grace');
  await grace.sendText('Are you open?', 'whatsapp:+18555080990');
  await page.goto(system.link);
  await page.getByRole('button', { name: 'Grace', exact: true }).click();
  const desk = page.frameLocator('iframe');
  await desk.getByRole('link', { name: /Grace/ }).click();
  await desk.getByRole('textbox', { name: /^Message to/ }).fill('We are.');
  await desk.getByRole('textbox', { name: /^Message to/ }).press('Enter');
  await expect(page.getByRole('article', { name: /Grace/ }).getByText('We are.')).toBeVisible();
  await expect(desk.locator('[data-status=read]')).toBeVisible();
  await expectScreen(page, 'phones-of-other-channels');
});

/** Fills the list with all kinds of conversations. */
async function fillList(system: System, desk: Page): Promise<void> {
  const people = [
    ['+12065550101', 'Maria del Carmen Hernández', 'Gracias, nos vemos el martes.'],
    ['+12065550102', 'Tom', 'ok'],
    [
      '+4915112345678',
      'Jürgen Wöhler',
      'Könnten Sie mir bitte noch sagen, wann Sie am Samstag schließen?',
    ],
    ['+972501234567', 'נועה', 'תודה רבה, נתראה מחר'],
    ['+12065550105', '', 'Who is this?'],
    ['+447911123456', '', 'Two lines\nof text'],
    ['+12065550107', 'A person with a name that is much too long for any list', 'Yes'],
    ['+12065550108', 'Wanda', 'Supercalifragilisticexpialidocious'.repeat(4)],
  ] as const;
  for (const [number, name, text] of people) {
    if (name) await system.api('POST', '/api/conversations', { to: number, contact_name: name });
    await system.receiveSms(number, text);
  }
  // Tom's second text is announced last, because events of two contacts may overtake each other.
  await expect(desk.getByRole('radio', { name: 'Waiting 8' })).toBeAttached();
  await system.receiveSms('+12065550102', 'still there?');
}

/** Expects a screen's outline, no axe finding and no page scroll bar at all sizes and themes. */
async function expectScreen(page: Page, name: string, part = page.locator('body')): Promise<void> {
  await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
  await expect(part).toMatchAriaSnapshot({ name: `${name}.aria.yml` });
  // Shows the connected state before the screenshots.
  await page.clock.fastForward(CONNECTED_DELAY);
  for (const frame of page.frames()) {
    const live = frame.locator('[data-connection=live]');
    if (await live.count()) await expect(live).toHaveClass(/connected/);
  }
  let axe: { axeSource?: string } = {};
  for (const [size, viewport] of Object.entries(SIZES)) {
    await resize(page, viewport);
    for (const colorScheme of THEMES) {
      await page.emulateMedia({ colorScheme });
      await finishAnimations(page);
      await page.screenshot({
        path: `test-results/screens/${name}-${size}-${colorScheme}.png`,
        animations: 'disabled',
      });
      const { violations } = await new AxeBuilder({ page, ...axe })
        .setLegacyMode()
        .options({ resultTypes: ['violations'], preload: false })
        .analyze();
      axe = IN_THE_PAGE;
      const found = violations.map((one) => `${one.id}: ${one.nodes.map((n) => n.html).join(' ')}`);
      expect.soft(found, `${size}, ${colorScheme}`).toEqual([]);
      expect.soft(await scrollable(page), `${size}: no page scroll bar`).toEqual(FITS);
    }
  }
  await resize(page, { width: 2560, height: 1200 });
  expect.soft(await scrollable(page), '2560: no page scroll bar').toEqual(FITS);
}

/** Finishes all animations. */
async function finishAnimations(page: Page): Promise<void> {
  await page.evaluate(async () => {
    await document.fonts.ready;
    for (const one of document.getAnimations()) one.finish();
  });
}
