import { row } from './desk.ts';
import { expect, test } from './test.ts';

test('a conversation that the sender may not begin is refused before it starts', async ({
  desk,
  system,
}) => {
  await desk.keyboard.press('n');
  const dialog = desk.getByRole('dialog', { name: 'New conversation' });
  const number = dialog.getByLabel('Phone number');
  for (const [typed, from, reason] of [
    ['+7 495 123 45 67', 'Main line', 'this country (RU)'],
    ['+44 20 7946 0018', 'Main line', 'this country (GB)'],
    ['+54 9 11 5555 0148', 'Main line', 'this country (AR)'],
    ['+1 206 555 0123', 'WhatsApp', 'within 24 hours'],
    ['+49 170 1234567', 'WhatsApp', 'within 24 hours'],
  ] as const) {
    await number.fill(typed);
    await dialog.getByLabel('From').selectOption({ label: await sender(from) });
    await expect(dialog.getByText(reason)).toBeVisible();
    await expect(number).toHaveAttribute('aria-invalid', 'true');
    const start = dialog.getByRole('button', { name: 'Start' });
    await expect(start).toBeDisabled();
    await number.press('Enter');
    await expect(number).toBeFocused();
  }
  await dialog.getByLabel('From').selectOption({ label: await sender('Main line') });
  await number.fill('+1 206 555 0123');
  await expect(number).not.toHaveAttribute('aria-invalid');
  const { conversations } = await system.api<{ conversations: unknown[] }>(
    'GET',
    '/api/conversations?filter=open',
  );
  expect(conversations, 'no empty conversation stays').toEqual([]);

  /** Returns the option that begins with this name. */
  async function sender(name: string): Promise<string> {
    const options = await dialog.getByLabel('From').locator('option').allTextContents();
    return options.find((option) => option.startsWith(name)) ?? name;
  }
});

test.describe('with several channels that may write first', () => {
  test.use({ startOptions: { env: { RCS_SENDER_ID: 'rcs:partyline' } } });

  test('a conversation starts on the chosen channel', async ({ desk, system }) => {
    await system.receiveSms('+12065550123', 'By text');
    await desk.keyboard.press('n');
    const dialog = desk.getByRole('dialog');
    await desk.getByLabel('Phone number').fill('+1 206 555 0123');
    await expect(dialog).toContainText('You already have a conversation with');
    const channels = await dialog.getByLabel('From').locator('option').allTextContents();
    const rcs = channels.find((one) => one.startsWith('RCS')) ?? '';
    await desk.getByLabel('From').selectOption({ label: rcs });
    await expect(dialog).toContainText('+12065550123 · US');
    await desk.getByRole('textbox', { name: 'Name optional' }).fill('Grace');
    await desk.keyboard.press('Enter');
    await expect(row(desk, /Grace/)).toBeVisible();
    const { conversations } = await system.api<{ conversations: { mobile_number: string }[] }>(
      'GET',
      '/api/conversations?filter=open',
    );
    expect(conversations.map((one) => one.mobile_number).sort()).toEqual([
      '+12065550123',
      'rcs:+12065550123',
    ]);
  });
});
