import type { Page } from '@playwright/test';
import { bubble, log, open } from './desk.ts';
import { expect, test } from './test.ts';

const LIST = { name: 'Conversations', includeHidden: true };
const CONVERSATION = /\/api\/conversations\/\w+$/;
/** Other requests that bring the conversation. */
const REST = /\/api\/(conversations\?|sockets\/ticket$)/;

/** Opens a conversation by URL. Requests that match `held` get no response before `tell`. */
async function arrive(desk: Page, ...held: RegExp[]) {
  const address = desk.url();
  let tell = () => {};
  const told = new Promise<void>((done) => (tell = done));
  await desk.goto('about:blank');
  for (const one of held) {
    await desk.route(one, async (route) => {
      await told;
      await route.continue();
    });
  }
  const read = desk.waitForResponse(/\/messages$/);
  await desk.goto(address);
  await read;
  return tell;
}

test.beforeEach(async ({ desk, system }) => {
  await system.receiveSms('+12065550123', 'Is it ready?');
  await open(desk, /0123/);
  await expect(bubble(desk, 'Is it ready?')).toBeVisible();
});

test('a thread opened by URL loads at once with its conversation, without moving afterwards', async ({
  desk,
}) => {
  const tell = await arrive(desk, CONVERSATION, REST);
  await expect(log(desk)).toHaveAttribute('aria-busy', 'true');
  const before = await log(desk).boundingBox();
  tell();
  await expect(bubble(desk, 'Is it ready?')).toBeVisible();
  await expect(desk.getByRole('heading', { name: '(206) 555-0123' }).first()).toBeVisible();
  expect(await log(desk).boundingBox()).toEqual(before);
});

test('a conversation that could not be loaded is requested again', async ({ desk }) => {
  await desk.route(CONVERSATION, (route) => route.fulfill({ status: 500 }));
  await arrive(desk, REST);
  const alert = log(desk).getByRole('alert');
  await expect(alert).toContainText('Couldn’t load messages.');
  await expect(bubble(desk, 'Is it ready?')).toHaveCount(0);
  await desk.unroute(CONVERSATION);
  await alert.getByRole('button', { name: 'Try again' }).click();
  await expect(bubble(desk, 'Is it ready?')).toBeVisible();
  await expect(desk.getByRole('heading', { name: '(206) 555-0123' }).first()).toBeVisible();
});

test.describe('with one visible column', () => {
  test.use({ viewport: { width: 390, height: 844 }, hasTouch: true });

  test('the list behind an open thread is drawn after the thread', async ({ desk }) => {
    const tell = await arrive(desk, CONVERSATION, REST);
    await expect(desk.getByRole('button', { name: 'Back to list' })).toBeVisible();
    await expect(desk.getByRole('region', LIST)).toHaveCount(0);
    tell();
    await expect(bubble(desk, 'Is it ready?')).toBeVisible();
    await expect(desk.getByRole('region', LIST)).toHaveCount(1);
    await expect(desk.getByRole('region', LIST)).toBeHidden();
  });

  test('Back works while a thread is loading', async ({ desk }) => {
    const tell = await arrive(desk, CONVERSATION, REST);
    await desk.getByRole('button', { name: 'Back to list' }).click();
    await expect(desk.getByRole('region', LIST)).toBeVisible();
    tell();
    await expect(desk.getByRole('link', { name: /0123/ })).toBeVisible();
  });

  test('a hidden list loads no further pages and is complete when it is shown', async ({
    desk,
    system,
  }) => {
    const numbers = Array.from({ length: 70 }, (_, at) => `+1206555${String(1000 + at)}`);
    for (const number of numbers) await system.receiveSms(number, 'Hello');
    const further: string[] = [];
    desk.on('request', (request) => {
      if (/[?&]cursor=/.test(request.url())) further.push(request.url());
    });
    await desk.reload();
    await expect(desk.getByRole('region', LIST)).toHaveCount(1);
    await expect(desk).toHaveTitle(/\(71\)/);
    await system.receiveSms('+12065550124', 'One more');
    await expect(desk).toHaveTitle(/\(72\)/);
    expect(further).toEqual([]);
    await desk.getByRole('button', { name: 'Back to list' }).click();
    await expect(desk.getByRole('link', { name: /0124/ })).toBeVisible();
    const rows = desk.getByRole('region', { name: 'Conversations' }).getByRole('listitem');
    expect(await rows.count()).toBeLessThan(40);
    await desk.mouse.move(200, 500);
    await expect(async () => {
      await desk.mouse.wheel(0, 20_000);
      await expect(desk.getByRole('link', { name: /555-1000/ })).toBeVisible({ timeout: 200 });
    }).toPass();
  });
});
