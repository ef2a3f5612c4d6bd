import { answer, bubble, expectStatus, open, row } from './desk.ts';
import { expect, test } from './test.ts';

test('two desks show the same conversation when either replies, reads or closes it', async ({
  desk,
  secondDesk,
  system,
}) => {
  const phone = await system.addPhone('+12065550123');
  await phone.sendText('Are you open?');
  await expect(row(desk, /0123/)).toContainText('1 unread message');
  await expect(row(secondDesk, /0123/)).toContainText('1 unread message');

  await open(desk, /0123/);
  await expect(row(secondDesk, /0123/), 'read is read for both').not.toContainText('unread');
  await open(secondDesk, /0123/);
  await answer(desk, 'Both of us');
  await expect(bubble(secondDesk, 'Both of us')).toBeVisible();
  await answer(secondDesk, 'Indeed');
  for (const one of [desk, secondDesk]) {
    await expectStatus(one, 'Both of us', 'delivered');
    await expectStatus(one, 'Indeed', 'delivered');
    await expect(one.getByRole('log').getByRole('article')).toHaveCount(3);
  }

  // Rows under the pointer would be frozen for a while.
  await secondDesk.getByRole('log').hover();
  await desk.getByRole('button', { name: 'Close conversation' }).first().click();
  await expect(row(secondDesk, /0123/)).toHaveCount(0);
  await expect(secondDesk.getByText('This conversation is closed.')).toBeVisible();
});

test('two agents who rename at once both see the conflict', async ({
  desk,
  secondDesk,
  system,
}) => {
  await system.receiveSms('+12065550123', 'Hello');
  for (const one of [desk, secondDesk]) {
    await open(one, /0123/);
    await one.getByRole('button', { name: 'Add name' }).click();
  }
  await desk.getByRole('textbox', { name: 'Name' }).fill('Maria');
  await desk.getByRole('button', { name: 'Save' }).click();
  await expect(row(secondDesk, /Maria/)).toBeVisible();

  await secondDesk.getByRole('textbox', { name: 'Name' }).fill('Mary');
  await secondDesk.getByRole('button', { name: 'Save' }).click();
  await expect(secondDesk.getByText('Someone else renamed this contact to “Maria”.')).toBeVisible();
  await expect(row(desk, /Maria/)).toBeVisible();
  await secondDesk.getByRole('button', { name: 'Use my version' }).click();
  await expect(row(desk, /Mary/)).toBeVisible();
  await expect(row(secondDesk, /Mary/)).toBeVisible();
});
