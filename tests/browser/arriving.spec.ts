import type { Page } from '@playwright/test';
import { bubble, log, open } from './desk.ts';
import { expect, test } from './test.ts';

const LIST = { name: 'Conversations', includeHidden: true };

/** Opens a conversation by its address; who it is with is told only when `tell` is called. */
async function arrive(desk: Page) {
  let tell = () => {};
  const told = new Promise<void>((done) => (tell = done));
  await desk.route(/\/api\/conversations(\?|\/\w+$)/, async (route) => {
    await told;
    await route.continue();
  });
  const read = desk.waitForResponse(/\/messages$/);
  await desk.reload();
  await read;
  return tell;
}

test.beforeEach(async ({ desk, system }) => {
  await system.receives('+12065550123', 'Is it ready?');
  await open(desk, /0123/);
  await expect(bubble(desk, 'Is it ready?')).toBeVisible();
});

test('what is opened by its address is read while it is asked who it is with, and stands where it will stay', async ({
  desk,
}) => {
  const tell = await arrive(desk);
  await expect(log(desk)).toHaveAttribute('aria-busy', 'true');
  const before = await log(desk).boundingBox();
  tell();
  await expect(bubble(desk, 'Is it ready?')).toBeVisible();
  await expect(desk.getByRole('heading', { name: '(206) 555-0123' }).first()).toBeVisible();
  expect(await log(desk).boundingBox()).toEqual(before);
});

test.describe('where one column is seen at a time', () => {
  test.use({ viewport: { width: 390, height: 844 } });

  test('the list behind an open thread is drawn after it', async ({ desk }) => {
    const tell = await arrive(desk);
    await expect(desk.getByRole('button', { name: 'Back to the list' })).toBeVisible();
    await expect(desk.getByRole('region', LIST)).toHaveCount(0);
    tell();
    await expect(bubble(desk, 'Is it ready?')).toBeVisible();
    await expect(desk.getByRole('region', LIST)).toHaveCount(1);
    await expect(desk.getByRole('region', LIST)).toBeHidden();
  });

  test('there is a way back from a thread that is on its way', async ({ desk }) => {
    const tell = await arrive(desk);
    await desk.getByRole('button', { name: 'Back to the list' }).click();
    await expect(desk.getByRole('region', LIST)).toBeVisible();
    tell();
    await expect(desk.getByRole('link', { name: /0123/ })).toBeVisible();
  });
});
