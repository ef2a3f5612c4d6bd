import type { Page } from '@playwright/test';
import { loseFocus, row } from './desk.ts';
import { expect, waitUntilLive, test } from './test.ts';

test('the theme is chosen in the menu and saved', async ({ desk }) => {
  const background = () => desk.evaluate(() => getComputedStyle(document.body).backgroundColor);
  expect(await background()).toBe('rgb(237, 241, 242)');
  await desk.getByRole('button', { name: 'Menu' }).click();
  await desk.getByText('Dark', { exact: true }).click();
  await expect.poll(background).toBe('rgb(12, 18, 20)');
  await desk.reload();
  await waitUntilLive(desk);
  expect(await background()).toBe('rgb(12, 18, 20)');
  await desk.getByRole('button', { name: 'Menu' }).click();
  await desk.getByText('Auto', { exact: true }).click();
  await expect.poll(background).toBe('rgb(237, 241, 242)');
  await desk.emulateMedia({ colorScheme: 'dark' });
  await expect.poll(background).toBe('rgb(12, 18, 20)');
});

test('a new message plays a sound only on an inactive page', async ({ page, system }) => {
  await countTones(page);
  await page.goto(system.deskLink);
  await waitUntilLive(page);
  await system.receiveSms('+12065550123', 'While you look');
  await expect(row(page, /0123/)).toBeVisible();
  expect(await tones(page), 'no sound for the page in focus').toBe(0);
  await loseFocus(page);
  await system.receiveSms('+12065550124', 'While you do not');
  await expect(row(page, /0124/)).toBeVisible();
  await expect.poll(() => tones(page)).toBeGreaterThan(0);
});

test('sounds stay off once turned off', async ({ page, system }) => {
  await countTones(page);
  await page.goto(system.deskLink);
  await waitUntilLive(page);
  await page.getByRole('button', { name: 'Menu' }).click();
  await page.getByLabel('Sounds').uncheck();
  await page.reload();
  await waitUntilLive(page);
  await loseFocus(page);
  await system.receiveSms('+12065550123', 'In silence');
  await expect(row(page, /0123/)).toBeVisible();
  expect(await tones(page)).toBe(0);
});

/** Counts the tones that the page plays. */
async function countTones(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const tones = { count: 0 };
    Object.assign(window, { tones });
    const start = OscillatorNode.prototype.start;
    OscillatorNode.prototype.start = function (when) {
      tones.count += 1;
      start.call(this, when);
    };
  });
}

const tones = (page: Page) =>
  page.evaluate(() => (window as unknown as { tones: { count: number } }).tones.count);
