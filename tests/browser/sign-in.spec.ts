import { expect, ready, signIn, test } from './test.ts';

test('a wrong password is answered with a sentence, the right one opens the desk', async ({
  page,
}) => {
  await page.goto('/');
  await expect(page.getByLabel('Name')).toBeFocused();
  await page.getByLabel('Name').fill('admin');
  await page.getByLabel('Password').fill('not this one');
  await page.getByLabel('Password').press('Enter');
  await expect(page.getByRole('alert')).toHaveText(
    'That name and password do not belong together.',
  );
  await page.getByLabel('Password').fill('partyline');
  await page.getByLabel('Password').press('Enter');
  await ready(page);
});

test('a reload stays signed in, signing out does not', async ({ page }) => {
  await signIn(page);
  await page.reload();
  await ready(page);
  await page.getByRole('button', { name: 'Menu' }).click();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await expect(page.getByRole('button', { name: 'Sign in' })).toBeVisible();
  await page.reload();
  await expect(page.getByRole('button', { name: 'Sign in' })).toBeVisible();
});

test('a sign-in link opens the desk once and leaves the address', async ({
  browser,
  system,
  desk,
}) => {
  expect(desk.url()).toBe(`${system.url}/`);
  const stranger = await browser.newContext();
  const page = await stranger.newPage();
  await page.goto(system.deskLink);
  await expect(page.getByText('This sign-in link has been used or is too old.')).toBeVisible();
  await stranger.close();
});

test('two tabs of one browser do not sign each other out', async ({ context, desk }) => {
  const other = await context.newPage();
  await other.goto('/');
  await ready(other);
  await Promise.all([desk.reload(), other.reload()]);
  await ready(desk);
  await ready(other);
});

test('what was being written is gone after signing out', async ({ desk, system }) => {
  await system.receives('+12065550123', 'Hello');
  await desk.getByRole('link', { name: /0123/ }).click();
  await desk.getByRole('textbox', { name: /^Message to/ }).fill('Between us');
  await desk.getByRole('button', { name: 'Menu' }).click();
  await desk.getByRole('button', { name: 'Sign out' }).click();
  await expect(desk.getByRole('button', { name: 'Sign in' })).toBeVisible();
  expect(await desk.evaluate(() => JSON.stringify({ ...sessionStorage }))).not.toContain('Between');
});
