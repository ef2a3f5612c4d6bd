import type { Page } from '@playwright/test';
import { messageField, bubble, expectStatus, row } from './desk.ts';
import { expect, test } from './test.ts';

test('a reply is sent with the keyboard alone', async ({ desk, system }) => {
  const phone = await system.addPhone('+12065550123');
  await phone.sendText('By keys, please');
  await expect(row(desk, /0123/)).toBeVisible();
  await system.receiveSms('+12065550124', 'I am above');
  await expect(row(desk, /./)).toHaveCount(2);

  await desk.keyboard.press('j');
  await expect(bubble(desk, 'I am above')).toBeVisible();
  await desk.keyboard.press('j');
  await expect(bubble(desk, 'By keys, please')).toBeVisible();
  await desk.keyboard.press('r');
  await expect(messageField(desk)).toBeFocused();
  await desk.keyboard.type('No mouse here');
  await desk.keyboard.press('Enter');
  await expectStatus(desk, 'No mouse here', 'delivered');
  await expect(messageField(desk), 'ready for the next').toBeFocused();
  await desk.keyboard.press('Escape');
  await desk.keyboard.press('e');
  await expect(bubble(desk, 'I am above'), 'the only other one').toBeVisible();
  await expect(desk.getByRole('button', { name: 'Undo' })).toBeVisible();
  await desk.keyboard.press('z');
  await expect(bubble(desk, 'By keys, please')).toBeVisible();
  await expect(row(desk, /./)).toHaveCount(2);
  await desk.keyboard.press('k');
  await expect(bubble(desk, 'I am above')).toBeVisible();
  expect(await phone.listTexts()).toEqual(['By keys, please', 'No mouse here']);
});

test('? opens the keyboard shortcuts, and closing returns the focus', async ({ desk }) => {
  await desk.getByRole('button', { name: 'New conversation' }).first().focus();
  await desk.keyboard.press('?');
  const sheet = desk.getByRole('dialog', { name: 'Keyboard shortcuts' });
  await expect(sheet).toBeVisible();
  await expect(sheet).toContainText('Next conversation');
  await desk.keyboard.press('Escape');
  await expect(sheet).toHaveCount(0);
  await expect(desk.getByRole('button', { name: 'New conversation' }).first()).toBeFocused();
});

test('shortcuts reach search, filters and dialogs without losing the focus', async ({
  desk,
  system,
}) => {
  await system.receiveSms('+12065550123', 'Find me');
  await system.receiveSms('+12065550124', 'Not me');
  await expect(row(desk, /./)).toHaveCount(2);
  await desk.keyboard.press('/');
  await expect(desk.getByRole('searchbox')).toBeFocused();
  await desk.keyboard.type('0123');
  await expect(row(desk, /./)).toHaveCount(1);
  await desk.keyboard.press('Enter');
  await expect(row(desk, /0123/)).toBeFocused();
  await desk.keyboard.press('Enter');
  await expect(bubble(desk, 'Find me')).toBeVisible();
  await expect(row(desk, /0123/)).toBeFocused();

  await desk.keyboard.press('n');
  await expect(desk.getByLabel('Phone number')).toBeFocused();
  await desk.keyboard.press('Escape');
  await expect(desk.getByRole('dialog')).toHaveCount(0);
  expect(await focused(desk)).not.toBe('BODY');

  await desk.keyboard.press('3');
  await expect(desk.getByText('No closed conversations.')).toBeVisible();
  await desk.keyboard.press('1');
  await expect(row(desk, /0123/)).toBeVisible();
});

test('Tab reaches all controls in visual order', async ({ desk, system }) => {
  await system.receiveSms('+12065550123', 'Hello');
  await row(desk, /0123/).click();
  await expect(messageField(desk)).toBeVisible();
  await desk.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
  await desk.getByRole('button', { name: 'New conversation' }).first().focus();
  const reached: string[] = [];
  for (let name = await focused(desk); name !== 'BODY'; name = await focused(desk)) {
    reached.push(name);
    await desk.keyboard.press('Tab');
  }
  expect(reached).toEqual([
    'New conversation',
    'Menu',
    'Search names and numbers',
    'Open',
    'Channel',
    '(206) 555-0123',
    'Close conversation',
    'Messages with (206) 555-0123',
    'Attach files',
    'Message to (206) 555-0123',
    'Send',
    'Add name',
    'Copy number',
    'Add note',
    'Record consent',
    'Close conversation',
    'Delete conversation',
  ]);
});

test('a key pressed while a dialog closes is not lost', async ({ desk }) => {
  for (const key of ['?', 'n']) {
    await desk.keyboard.press(key);
    await expect(desk.getByRole('dialog')).toBeVisible();
    // The dialog fires its close event only after this.
    await desk.evaluate(() => {
      document.querySelector('dialog')?.close();
      document.body.dispatchEvent(new KeyboardEvent('keydown', { key: 'n', bubbles: true }));
    });
    await expect(desk.getByRole('textbox', { name: 'Phone number' })).toBeFocused();
    await desk.keyboard.press('Escape');
    await expect(desk.getByRole('dialog')).toHaveCount(0);
  }
});

test('a key pressed while a closed dialog’s field has the focus is not lost', async ({ desk }) => {
  await desk.keyboard.press('n');
  const number = desk.getByRole('textbox', { name: 'Phone number' });
  await expect(number).toBeFocused();
  // A hidden field keeps the focus until the next frame.
  await number.evaluate((box) => {
    document.querySelector('dialog')?.close();
    box.dispatchEvent(new KeyboardEvent('keydown', { key: '?', bubbles: true }));
  });
  await expect(desk.getByRole('dialog', { name: 'Keyboard shortcuts' })).toBeVisible();
});

test('keys typed right after opening a dialog reach it, even when nothing can be loaded', async ({
  desk,
}) => {
  await desk.route('**/assets/**', (route) => route.abort());
  await desk.keyboard.press('Control+k');
  await desk.keyboard.type('quar');
  await expect(desk.getByRole('dialog').getByRole('combobox')).toHaveValue('quar');
  await desk.keyboard.press('Escape');
  await expect(desk.getByRole('dialog')).toHaveCount(0);
  await desk.keyboard.press('n');
  await desk.keyboard.type('+1206');
  await expect(desk.getByRole('textbox', { name: 'Phone number' })).toHaveValue('+1206');
});

/** Returns the name of the focused element. */
function focused(page: Page): Promise<string> {
  return page.evaluate(() => {
    const element = document.activeElement;
    if (!element || element === document.body) return 'BODY';
    const label = element.closest('label') ?? element;
    const name = element.getAttribute('aria-label') ?? label.querySelector('bdi')?.textContent;
    return name ?? label.textContent?.trim() ?? '';
  });
}
