import type { Page } from '@playwright/test';
import { bubble, log, open } from './desk.ts';
import { expect, test } from './test.ts';

const LIST = { name: 'Conversations', includeHidden: true };
const CONVERSATION = /\/api\/conversations\/\w+$/;
/** What else tells who a conversation is with, at once or when the socket is open. */
const REST = /\/api\/(conversations\?|sockets\/ticket$)/;

/** Opens a conversation by its address; what is `held` is answered only when `tell` is called. */
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
  await system.receives('+12065550123', 'Is it ready?');
  await open(desk, /0123/);
  await expect(bubble(desk, 'Is it ready?')).toBeVisible();
});

test('what is opened by its address is read while it is asked who it is with, and stands where it will stay', async ({
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

test('a conversation of which nothing can be told is asked for again', async ({ desk }) => {
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

test.describe('where one column is seen at a time', () => {
  test.use({ viewport: { width: 390, height: 844 } });

  test('the list behind an open thread is drawn after it', async ({ desk }) => {
    const tell = await arrive(desk, CONVERSATION, REST);
    await expect(desk.getByRole('button', { name: 'Back to list' })).toBeVisible();
    await expect(desk.getByRole('region', LIST)).toHaveCount(0);
    tell();
    await expect(bubble(desk, 'Is it ready?')).toBeVisible();
    await expect(desk.getByRole('region', LIST)).toHaveCount(1);
    await expect(desk.getByRole('region', LIST)).toBeHidden();
  });

  test('there is a way back from a thread that is on its way', async ({ desk }) => {
    const tell = await arrive(desk, CONVERSATION, REST);
    await desk.getByRole('button', { name: 'Back to list' }).click();
    await expect(desk.getByRole('region', LIST)).toBeVisible();
    tell();
    await expect(desk.getByRole('link', { name: /0123/ })).toBeVisible();
  });

  test('a list that nobody sees is read no further, and is whole when it is seen', async ({
    desk,
    system,
  }) => {
    const numbers = Array.from({ length: 70 }, (_, at) => `+1206555${String(1000 + at)}`);
    for (const number of numbers) await system.receives(number, 'Hello');
    const further: string[] = [];
    desk.on('request', (request) => {
      if (/[?&]cursor=/.test(request.url())) further.push(request.url());
    });
    await desk.reload();
    await expect(desk.getByRole('region', LIST)).toHaveCount(1);
    await expect(desk).toHaveTitle(/\(70\)/);
    await system.receives('+12065550124', 'One more');
    await expect(desk).toHaveTitle(/\(71\)/);
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
