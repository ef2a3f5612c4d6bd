import type { Page } from '@playwright/test';
import { bubble, expectStatus, log, row } from './desk.ts';
import { png } from './png.ts';
import { expect, waitUntilLive, test } from './test.ts';
import { buildTranslated, TRANSLATED } from './translation/build.ts';
import { expectTranslated, isUntranslated } from './translation/expect-translated.ts';

const NUMBER = '+12065550123';
/** Text on the screen that is not translated. */
const DATA = ['admin', 'partyline', 'US', 'GB', 'Grace', 'Hello there', 'We tried to reach you.'];

// One worker runs all tests, because the page is built once.
test.describe.configure({ mode: 'default' });
test.use({ startOptions: { page: TRANSLATED } });
test.beforeAll(() => {
  test.setTimeout(180_000);
  buildTranslated();
});

const messageField = (desk: Page) => desk.getByRole('textbox', { name: /Message to/ });

test('a text is untranslated unless it is marked, data or a date', () => {
  expect(isUntranslated('⟦You: ⟧Grace, Tuesday 3 November at 14:02', ['Grace'])).toBe(false);
  for (let day = 1; day <= 7; day++) {
    const date = new Date(2026, 10, day).toLocaleDateString('en-GB', { dateStyle: 'full' });
    expect(isUntranslated(date, []), date).toBe(false);
  }
  expect(isUntranslated('⟦Not sent. ⟦Wait.⟧ Your text is back.⟧', [])).toBe(false);
  expect(isUntranslated('⟦Not sent.⟧ Wait.', [])).toBe(true);
  expect(isUntranslated('Graceful', ['Grace'])).toBe(true);
});

test('the sign-in, and a wrong password', async ({ page: desk }) => {
  await desk.goto('/');
  await expectTranslated(desk, DATA);
  await desk.getByLabel('Username').fill('admin');
  await desk.getByLabel('Password').fill('not this one');
  await desk.getByLabel('Password').press('Enter');
  await expect(desk.getByRole('alert')).toHaveText(/^⟦Incorrect username or password/);
  await expectTranslated(desk, DATA);
});

test('a failed message, its delivery details and a blocked one', async ({ desk, system }) => {
  await expect(desk.getByRole('heading').first()).toBeVisible();
  await expectTranslated(desk, DATA);
  const phone = await system.addPhone(NUMBER);
  await phone.sendText('Hello there');
  await row(desk, /0123/).click();
  await phone.setCondition('unreachable');
  await messageField(desk).fill('We tried to reach you.');
  await messageField(desk).press('Enter');
  await expectStatus(desk, 'We tried', 'undelivered');
  await expect(bubble(desk, 'We tried')).toContainText('⟦The phone could not be reached⟧.');
  await expect(bubble(desk, 'We tried')).toContainText('Try again later.⟧');
  await expectTranslated(desk, DATA);

  await log(desk).focus();
  await desk.keyboard.press('d');
  await expect(desk.getByRole('dialog').getByText('⟦The phone could not be')).toBeVisible();
  await expectTranslated(desk, DATA);
  await desk.keyboard.press('Escape');

  await phone.setCondition('reachable');
  await phone.sendText('STOP');
  await expect(bubble(desk, 'STOP')).toBeVisible();
  await messageField(desk).fill('We tried to reach you.');
  await expect(desk.getByText('⟦The contact has opted out of messages.⟧')).toBeVisible();
  await expectTranslated(desk, [...DATA, 'STOP']);
  await desk.getByRole('button', { name: 'Try again' }).click();
  await expect(desk.getByRole('alert')).toHaveText(/^⟦The contact [^⟧]*⟧ ⟦They can [^⟧]*⟧$/);
  await expectTranslated(desk, [...DATA, 'STOP']);
});

test('contact panel, palette, shortcuts and menu', async ({ desk, system }) => {
  await system.receiveSms(NUMBER, 'Hello there');
  await system.receiveSms(NUMBER, 'STOP');
  await row(desk, /0123/).click();
  await expect(bubble(desk, 'STOP')).toBeVisible();
  const data = [...DATA, 'STOP'];
  await desk.getByText('⟦Evidence⟧').click();
  await expect(desk.getByText('⟦by message⟧')).toBeVisible();
  await expectTranslated(desk, data);

  for (const key of ['Control+k', '?']) {
    await log(desk).focus();
    await desk.keyboard.press(key);
    await expect(desk.getByRole('dialog')).toBeVisible();
    await expectTranslated(desk, data);
    await desk.keyboard.press('Escape');
    await expect(desk.getByRole('dialog')).toHaveCount(0);
  }
  await desk.keyboard.press('n');
  await desk.getByLabel('Phone number').fill('+1 206 555');
  await expect(desk.getByText('⟦This number is too short.⟧')).toBeVisible();
  await expectTranslated(desk, data);
  await desk.keyboard.press('Escape');

  await log(desk).focus();
  await desk.keyboard.press('f');
  await desk.getByRole('searchbox', { name: 'Search in this' }).fill('nowhere');
  await expect(desk.getByText('⟦No matches⟧')).toBeVisible();
  await expectTranslated(desk, data);
  await desk.keyboard.press('Escape');

  await desk.getByRole('button', { name: 'Menu' }).click();
  await expect(desk.getByRole('button', { name: 'Sign out' })).toBeVisible();
  await expectTranslated(desk, data);
});

test('files, a closed conversation, an empty search and offline', async ({
  context,
  desk,
  system,
}) => {
  const phone = await system.addPhone(`whatsapp:${NUMBER}`, 'Grace');
  await phone.sendFiles(
    [{ name: 'bike.png', type: 'image/png', bytes: png(400, 300) }],
    'Hello there',
  );
  await phone.sendFiles([
    { name: 'bill.pdf', type: 'application/pdf', bytes: Buffer.from('%PDF-1.4') },
  ]);
  await row(desk, /Grace/).click();
  const data = [...DATA, 'bike.png', 'bill.pdf', 'PDF'];
  await expect(log(desk).locator('img')).toBeVisible();
  await expect(log(desk).getByRole('button', { name: 'Download: bill.pdf' })).toBeVisible();
  await expectTranslated(desk, data);
  await log(desk).getByRole('button', { name: 'Enlarge' }).click();
  await expect(desk.getByRole('dialog').getByRole('img')).toBeVisible();
  await expectTranslated(desk, data);
  await desk.keyboard.press('Escape');

  await desk.getByRole('button', { name: 'Close conversation' }).first().click();
  await expect(row(desk, /Grace/)).toHaveCount(0);
  await desk.keyboard.press('3');
  await row(desk, /Grace/).click();
  await expect(desk.getByText('⟦This conversation is closed.')).toBeVisible();
  await expectTranslated(desk, data);
  await desk.getByRole('searchbox').first().fill('brigtn');
  await expect(desk.getByText('⟦No results for')).toBeVisible();
  await expectTranslated(desk, data);
  await context.setOffline(true);
  await expect(desk.getByText(/You can keep writing/)).toBeVisible();
  await expectTranslated(desk, data);
});

test('quarantine', async ({ desk, system }) => {
  await system.receiveForUnknownNumber(NUMBER, 'Hello there');
  await system.receiveForUnknownNumber('+12065550124', 'Hello there');
  await desk.reload();
  await waitUntilLive(desk);
  await desk.getByRole('button', { name: 'Menu' }).click();
  await desk.getByRole('button', { name: /Quarantine/ }).click();
  await expect(desk.getByRole('heading', { name: /⟦The recipient number/ })).toBeVisible();
  await desk
    .getByText(/⟦once⟧/)
    .first()
    .click();
  await expectTranslated(desk, DATA);
  await desk.getByRole('button', { name: '⟦Release⟧' }).first().click();
  await expect(desk.getByRole('alert')).toHaveText('⟦The recipient number is not configured.⟧');
  await expectTranslated(desk, DATA);
});

test('the Phones page with the desk', async ({ page: phones, system }) => {
  await system.receiveSms(NUMBER, 'Hello there');
  await phones.goto(system.link);
  const desk = phones.frameLocator('iframe');
  await expect(desk.getByRole('link', { name: /0123/ })).toBeVisible();
  await phones.getByRole('textbox', { name: 'Text message' }).fill('Hello there');
  await phones.getByRole('textbox', { name: 'Text message' }).press('Enter');
  await expect(phones.getByText('⟦Received by Partyline⟧')).toBeVisible();
  const data = [...DATA, 'Ada Byron'];
  await expectTranslated(phones, data);
  await phones.getByRole('button', { name: 'More options' }).click();
  await expectTranslated(phones, data);
  await phones.keyboard.press('Escape');
  await phones.getByRole('button', { name: 'Add customer' }).click();
  const dialog = phones.getByRole('dialog');
  await expect(dialog).toBeVisible();
  await expectTranslated(phones, data);
  await dialog.getByRole('textbox', { name: 'Phone number' }).fill('12');
  await dialog.getByRole('button', { name: 'Add', exact: false }).last().click();
  await expect(dialog.getByText('⟦12 is not a valid phone number.')).toBeVisible();
  await expectTranslated(phones, data);
});
