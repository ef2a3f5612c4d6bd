import { open } from './desk.ts';
import { resize, scrollable } from './sizes.ts';
import { expect, test } from './test.ts';

const SIZES = [
  { width: 1440, height: 900 },
  { width: 1920, height: 1200 },
  { width: 1024, height: 768 },
  { width: 720, height: 450 },
  { width: 390, height: 844 },
  { width: 320, height: 256 },
];

test('no screen makes the page scroll at any size', async ({ desk, page, system }) => {
  await system.receiveSms('+12065550123', 'Is it ready?');
  await system.receiveForUnknownNumber('+12065550124', 'Are you there?');
  await system.addPhone('+12065550125', 'Grace');
  const screens: Record<string, () => Promise<void>> = {
    list: () => expect(desk.getByRole('searchbox')).toBeVisible(),
    thread: () => open(desk, /0123/),
    quarantine: async () => {
      await desk.goto('/#quarantine');
      await expect(desk.getByRole('button', { name: 'Release', exact: true })).toBeVisible();
    },
    phones: async () => {
      await page.goto('/phones');
      await expect(page.getByRole('article', { name: /Grace/ })).toBeVisible();
    },
    'sign-in': async () => {
      await page.context().clearCookies();
      await page.goto('/');
      await expect(page.getByLabel('Username')).toBeVisible();
    },
  };
  for (const [screen, show] of Object.entries(screens)) {
    await show();
    for (const size of SIZES) {
      await resize(page, size);
      const name = `${screen} at ${String(size.width)} × ${String(size.height)}`;
      expect.soft(await scrollable(page), name).toEqual({ down: 0, sideways: 0 });
    }
    await resize(page, { width: 1440, height: 900 });
  }
});

test('the sign-in form can be scrolled to in a low view', async ({ page }) => {
  await resize(page, { width: 320, height: 256 });
  await page.goto('/');
  const button = page.getByRole('button', { name: 'Sign in' });
  await button.scrollIntoViewIfNeeded();
  await expect(button).toBeInViewport({ ratio: 1 });
  await page.getByLabel('Username').scrollIntoViewIfNeeded();
  await expect(page.getByLabel('Username')).toBeInViewport({ ratio: 1 });
  await page.getByRole('heading').scrollIntoViewIfNeeded();
  await expect(page.getByRole('heading')).toBeInViewport({ ratio: 1 });
});
