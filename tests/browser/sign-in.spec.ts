import { log, open, row } from './desk.ts';
import { expect, waitUntilLive, signIn, signInHere, test } from './test.ts';

test('a wrong password shows an error, the right one opens the desk', async ({ page }) => {
  await page.goto('/');
  await expect(page.getByLabel('Username')).toBeFocused();
  await page.getByLabel('Username').fill('admin');
  await page.getByLabel('Password').fill('not this one');
  await page.getByLabel('Password').press('Enter');
  await expect(page.getByRole('alert')).toHaveText('Incorrect username or password.');
  await page.getByLabel('Password').fill('partyline');
  await page.getByLabel('Password').press('Enter');
  await waitUntilLive(page);
});

test('the session survives a reload and ends with sign-out', async ({ page }) => {
  await signIn(page);
  await page.reload();
  await waitUntilLive(page);
  await page.getByRole('button', { name: 'Menu' }).click();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await expect(page.getByRole('button', { name: 'Sign in' })).toBeVisible();
  await page.reload();
  await expect(page.getByRole('button', { name: 'Sign in' })).toBeVisible();
});

test('a sign-in link opens the desk once and is removed from the URL', async ({
  browser,
  system,
  desk,
}) => {
  expect(desk.url()).toBe(`${system.url}/`);
  const stranger = await browser.newContext();
  const page = await stranger.newPage();
  await page.goto(system.deskLink);
  await expect(page.getByText('This sign-in link has expired or was already used.')).toBeVisible();
  await stranger.close();
});

test('two tabs of one browser do not sign each other out', async ({ context, desk }) => {
  const other = await context.newPage();
  await other.goto('/');
  await waitUntilLive(other);
  await Promise.all([desk.reload(), other.reload()]);
  await waitUntilLive(desk);
  await waitUntilLive(other);
});

test.describe('with a fake clock', () => {
  test.use({ fakeClock: true });

  test('a tab makes no calls as another user who signed in on the same browser', async ({
    context,
    desk,
    system,
  }) => {
    const berta = { username: 'berta', display_name: 'Berta', password: 'correct horse battery' };
    await system.api('POST', '/api/users', { ...berta, role: 'agent' });
    const other = await context.newPage();
    await other.goto('/');
    await waitUntilLive(other);
    await other.getByRole('button', { name: 'Menu' }).click();
    await other.getByRole('button', { name: 'Sign out' }).click();
    await expect(other.getByRole('button', { name: 'Sign in' })).toBeVisible();
    await signIn(other, berta);

    await desk.clock.fastForward('15:00');
    await expect(desk.getByText('Another user signed in on this browser.')).toBeVisible();
    await desk.reload();
    await waitUntilLive(desk);
    await desk.getByRole('button', { name: 'Menu' }).click();
    await expect(desk.getByText('Signed in as Berta')).toBeVisible();
  });
});

test('drafts are gone after sign-out', async ({ desk, system }) => {
  await system.receiveSms('+12065550123', 'Hello');
  await desk.getByRole('link', { name: /0123/ }).click();
  await desk.getByRole('textbox', { name: /^Message to/ }).fill('Between us');
  await desk.getByRole('button', { name: 'Menu' }).click();
  await desk.getByRole('button', { name: 'Sign out' }).click();
  await expect(desk.getByRole('button', { name: 'Sign in' })).toBeVisible();
  expect(await desk.evaluate(() => JSON.stringify({ ...sessionStorage }))).not.toContain('Between');
});

test('a pending deletion is carried out before sign-out', async ({ page, system }) => {
  await signIn(page);
  await system.receiveSms('+12065550123', 'Forget me');
  await system.receiveSms('+12065550124', 'Keep me');
  await open(page, /0123/);
  await page.getByRole('button', { name: 'Delete conversation' }).click();
  await expect(page.getByText(/^Deleting conversation with .*0123…$/)).toBeVisible();
  await page.getByRole('button', { name: 'Menu' }).click();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await expect(page.getByRole('button', { name: 'Sign in' })).toBeVisible();
  const { conversations } = await system.api<{ conversations: { mobile_number: string }[] }>(
    'GET',
    '/api/conversations',
  );
  expect(conversations.map((one) => one.mobile_number)).toEqual(['+12065550124']);
  await signInHere(page);
  await expect(row(page, /0124/)).toBeVisible();
  await expect(row(page, /0123/)).toHaveCount(0);
});

test.describe('with a fake clock', () => {
  test.use({ fakeClock: true });

  test('a pending deletion is undone when the session expires', async ({
    context,
    page,
    system,
  }) => {
    await signIn(page);
    await system.receiveSms('+12065550123', 'Delete me');
    await system.receiveSms('+12065550124', 'Opened next');
    await system.receiveSms('+12065550125', 'Read me');
    await open(page, /0123/);
    await page.getByRole('button', { name: 'Delete conversation' }).click();
    const toast = page.getByText(/^Deleting conversation with .*0123…$/);
    await expect(toast).toBeVisible();
    await expect(row(page, /0124/)).not.toContainText('unread');
    // The access token is rejected and cannot be renewed.
    await context.clearCookies();
    await page.route('**/messages*', (route) => route.fulfill({ status: 401 }));
    await row(page, /0125/).click();
    await expect(page.getByText(/^Your session has expired/)).toBeVisible();
    await page.unroute('**/messages*');
    await signInHere(page);
    await expect(toast).toHaveCount(0);
    await page.clock.fastForward(8000);
    await open(page, /0123/);
    await expect(log(page).getByText('Delete me')).toBeVisible();
  });
});
