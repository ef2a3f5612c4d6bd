import type { Page } from '@playwright/test';
import { messageField, log, open, row } from './desk.ts';
import { resize, SIZES } from './sizes.ts';
import { System } from './system.ts';
import { expect, signIn, test as base } from './test.ts';

const FOLDER = '../../docs/pictures';

/** One demo system for all pictures. */
const test = base.extend<object, { demo: System }>({
  demo: [
    // eslint-disable-next-line no-empty-pattern
    async ({}, use) => {
      const demo = await System.start({ flags: ['--demo'] });
      await use(demo);
      await demo.stop();
    },
    { scope: 'worker', timeout: 60_000 },
  ],
});

test.use({
  baseURL: async ({ demo }, use) => use(demo.url),
  reducedMotion: 'reduce',
});

test('busy inbox', async ({ page }) => {
  await signIn(page);
  await expect(row(page, /Maya Lindqvist/)).toBeVisible();
  await draw(page, 'busy-inbox');
});

test('long thread', async ({ page }) => {
  await signIn(page);
  await open(page, /Maya Lindqvist/);
  await expect(log(page).locator('[data-unread-marker]')).toBeVisible();
  await expect(row(page, /Maya Lindqvist/)).not.toContainText('unread');
  await draw(page, 'long-thread');
});

test('thread with failures', async ({ page }) => {
  await signIn(page);
  await page.getByRole('searchbox').fill('pete');
  await open(page, /Pete \(scooter/);
  await page.getByRole('button', { name: 'Clear search' }).click();
  await expect(row(page, /Maya Lindqvist/)).toBeVisible();
  await log(page).locator('article').filter({ hasText: 'Not ' }).last().scrollIntoViewIfNeeded();
  await draw(page, 'thread-with-failures');
});

test('audio and an image on WhatsApp', async ({ page }) => {
  await signIn(page);
  await open(page, /Grace Okonkwo/);
  await expect(row(page, /Grace Okonkwo/)).not.toContainText('unread');
  await expect(log(page).getByRole('group', { name: 'note.ogg' })).toBeVisible();
  await shown(page);
  await draw(page, 'whatsapp-thread');
});

test('attached files, and a document in the thread', async ({ page }) => {
  await signIn(page);
  await open(page, /Hannah Vance/);
  await expect(row(page, /Hannah Vance/)).not.toContainText('unread');
  const picked = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: 'Attach files' }).click();
  const files = '../../local/partyline-local/src/demo/files';
  await (await picked).setFiles([`${files}/bike.jpg`, `${files}/offer.pdf`]);
  const attached = page.getByRole('list', { name: 'Attached files' });
  await expect(attached.locator('[data-upload=uploaded]')).toHaveCount(2);
  await shown(page);
  await draw(page, 'files-in-the-box');
});

test('offline', async ({ context, page }) => {
  await signIn(page);
  await open(page, /Priya/);
  await expect(row(page, /Priya/)).not.toContainText('unread');
  await messageField(page).fill('The rear wheel is true again. You can fetch it');
  await context.setOffline(true);
  await expect(page.getByText(/You can keep writing/)).toBeVisible();
  await draw(page, 'offline');
});

test('search without a hit', async ({ page }) => {
  await signIn(page);
  await page.getByRole('searchbox').fill('renat');
  await expect(page.getByText('One closed conversation matches.')).toBeVisible();
  await draw(page, 'search-without-a-hit');
});

test('new conversation with a bad number', async ({ page }) => {
  await signIn(page);
  await expect(row(page, /Maya Lindqvist/)).toBeVisible();
  await page.keyboard.press('n');
  await page.getByLabel('Phone number').fill('+1 206 555 01');
  await expect(page.getByLabel('Phone number')).toHaveAttribute('aria-invalid', 'true');
  await draw(page, 'new-conversation');
});

test('quarantine', async ({ page, demo }) => {
  const held = [
    ['+12065550133', 'Hi, is this the number of the bike shop on Pine Street?'],
    ['+12065550134', 'Do you also repair cargo bikes?'],
  ] as const;
  for (const [number, text] of held) await demo.receiveForUnknownNumber(number, text);
  await signIn(page);
  await page.goto('/#quarantine');
  await expect(page.getByRole('button', { name: 'Release all 2' })).toBeVisible();
  await page.locator('summary').first().click();
  await draw(page, 'quarantine');
});

test('phones next to the desk', async ({ page }) => {
  await signIn(page);
  await page.goto('/phones');
  const phone = page.getByRole('article', { name: /Thomas O'Rourke/ });
  const desk = page.frameLocator('iframe');
  await desk.getByRole('link', { name: /Thomas O'Rourke/ }).click();
  await expect(desk.getByRole('log').getByRole('article').last()).toBeVisible();
  await page
    .getByRole('button', { name: /Thomas/ })
    .first()
    .click();
  await phone.getByLabel('Text message').fill('On my way, ten minutes');
  await phone.getByLabel('Text message').press('Enter');
  await expect(page.getByText(/stored \d.* · on screen \d/)).toBeVisible();
  await draw(page, 'phones');
});

test.describe('without conversations', () => {
  test.use({ baseURL: async ({ system }, use) => use(system.url) });

  test('empty inbox', async ({ page }) => {
    await signIn(page);
    await expect(page.getByRole('heading', { name: /yet/ }).first()).toBeVisible();
    await draw(page, 'empty-inbox');
  });
});

/** Waits until all images of the thread are loaded. */
async function shown(page: Page): Promise<void> {
  const pictures = log(page).locator('img');
  await expect(pictures.first()).toBeVisible();
  await expect
    .poll(() =>
      pictures.evaluateAll((all) =>
        (all as HTMLImageElement[]).every((one) => one.complete && one.naturalWidth > 0),
      ),
    )
    .toBe(true);
}

/** Takes screenshots, wide and narrow (with touch), light and dark. */
async function draw(page: Page, name: string): Promise<void> {
  await page.mouse.move(0, 0);
  for (const [size, viewport] of Object.entries(SIZES)) {
    await resize(page, viewport);
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      await page.evaluate(() => document.fonts.ready);
      await page.screenshot({
        path: `${FOLDER}/${name}-${size}-${colorScheme}.png`,
        animations: 'disabled',
        caret: 'hide',
      });
    }
  }
}
