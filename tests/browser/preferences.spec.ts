import type { Page } from '@playwright/test';
import { lookAway, row } from './desk.ts';
import { expect, ready, test } from './test.ts';

test('the theme is chosen in the menu and is kept', async ({ desk }) => {
  const background = () => desk.evaluate(() => getComputedStyle(document.body).backgroundColor);
  expect(await background()).toBe('rgb(237, 241, 242)');
  await desk.getByRole('button', { name: 'Menu' }).click();
  await desk.getByText('Dark', { exact: true }).click();
  await expect.poll(background).toBe('rgb(12, 18, 20)');
  await desk.reload();
  await ready(desk);
  expect(await background()).toBe('rgb(12, 18, 20)');
  await desk.getByRole('button', { name: 'Menu' }).click();
  await desk.getByText('Auto', { exact: true }).click();
  await expect.poll(background).toBe('rgb(237, 241, 242)');
  await desk.emulateMedia({ colorScheme: 'dark' });
  await expect.poll(background).toBe('rgb(12, 18, 20)');
});

test('a text sounds where nobody looks, and only there', async ({ page, system }) => {
  await countTones(page);
  await page.goto(system.deskLink);
  await ready(page);
  await system.receives('+12065550123', 'While you look');
  await expect(row(page, /0123/)).toBeVisible();
  expect(await tones(page), 'no sound for the page in focus').toBe(0);
  await lookAway(page);
  await system.receives('+12065550124', 'While you do not');
  await expect(row(page, /0124/)).toBeVisible();
  await expect.poll(() => tones(page)).toBeGreaterThan(0);
});

test('sounds that are turned off stay off', async ({ page, system }) => {
  await countTones(page);
  await page.goto(system.deskLink);
  await ready(page);
  await page.getByRole('button', { name: 'Menu' }).click();
  await page.getByLabel('Sounds').uncheck();
  await page.reload();
  await ready(page);
  await lookAway(page);
  await system.receives('+12065550123', 'In silence');
  await expect(row(page, /0123/)).toBeVisible();
  expect(await tones(page)).toBe(0);
});

/** Counts every tone that the page begins to play. */
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
