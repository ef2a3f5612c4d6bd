import { answer, bubble, expectStatus, log, open, row, interceptSockets } from './desk.ts';
import { expect, waitUntilLive, test } from './test.ts';

/** How long (ms) an action can be undone. */
const OFFERED = 8000;

test('a note is visible to all agents, and a conflict is shown', async ({
  desk,
  secondDesk,
  system,
}) => {
  await system.receiveSms('+12065550123', 'Hello');
  await open(desk, /0123/);
  await open(secondDesk, /0123/);
  await desk.getByRole('button', { name: 'Add note' }).click();
  await desk.getByRole('textbox', { name: 'Note' }).fill('Rides a blue Marin');
  await desk.getByRole('button', { name: 'Save' }).click();
  await expect(secondDesk.getByText('Rides a blue Marin')).toBeVisible();

  // The second of two concurrent edits sees the first one's text.
  await desk.getByRole('button', { name: 'Edit note' }).click();
  await secondDesk.getByRole('button', { name: 'Edit note' }).click();
  await desk.getByRole('textbox', { name: 'Note' }).fill('Rides a green Surly');
  await desk.getByRole('button', { name: 'Save' }).click();
  await expect(desk.getByText('Rides a green Surly')).toBeVisible();
  await secondDesk.getByRole('textbox', { name: 'Note' }).fill('Rides a unicycle');
  await secondDesk.getByRole('button', { name: 'Save' }).click();
  await expect(secondDesk.getByText(/Someone else changed this note/)).toContainText('green Surly');
  await secondDesk.getByRole('button', { name: 'Keep their version' }).click();
  await expect(secondDesk.getByText('Rides a green Surly')).toBeVisible();
});

test('an admin records consent with its evidence, and it takes effect', async ({
  desk,
  system,
}) => {
  await system.receiveSms('+12065550123', 'Hello');
  await open(desk, /0123/);
  await desk.getByRole('button', { name: 'Record consent' }).click();
  await desk.getByLabel('How and where consent was given').fill('On the form at the counter');
  await desk.getByRole('button', { name: 'Opted out' }).click();
  const heading = desk.getByRole('heading', { name: 'Consent' });
  const consent = desk.locator('section').filter({ has: heading });
  await expect(consent.getByText('Opted out').first()).toBeVisible();
  await consent.getByText('Evidence').click();
  await expect(consent.getByText('On the form at the counter')).toBeVisible();
  await answer(desk, 'Hello?');
  await expect(desk.getByText(/The contact has opted out of messages/).first()).toBeVisible();
  await expect(bubble(desk, 'Hello?')).toHaveCount(0);
});

test('a request to opt out is offered as an opt-out with one press', async ({ desk, system }) => {
  await system.receiveSms('+12065550123', 'Stop. Thank you');
  await open(desk, /0123/);
  await log(desk).getByRole('button', { name: 'Record opt-out' }).click();
  await expect(log(desk).getByRole('button', { name: 'Record opt-out' })).toHaveCount(0);
  const heading = desk.getByRole('heading', { name: 'Consent' });
  const consent = desk.locator('section').filter({ has: heading });
  await expect(consent.getByText('Opted out').first()).toBeVisible();
  await consent.getByText('Evidence').click();
  await expect(consent.getByText('Stop. Thank you')).toBeVisible();
});

test('message content is deleted here and at Twilio after confirmation', async ({
  desk,
  system,
}) => {
  const phone = await system.addPhone('+12065550123');
  await phone.sendText('My card is 4111 1111');
  await open(desk, /0123/);
  await bubble(desk, '4111')
    .getByRole('button', { name: /^Details/ })
    .click();
  await desk.getByRole('button', { name: 'Delete message content' }).click();
  await expect(desk.getByText('Permanently deletes the content here and at Twilio.')).toBeVisible();
  await desk.getByRole('button', { name: 'Delete permanently' }).click();
  await expect(log(desk).getByText('Message content deleted')).toBeVisible();
  await expect(desk.getByText('4111')).toHaveCount(0);
});

test('a message that the agent has not seen keeps the conversation open', async ({
  page,
  system,
}) => {
  const line = await interceptSockets(page, system);
  await system.receiveSms('+12065550123', 'Hello');
  await open(page, /0123/);
  await expect(bubble(page, 'Hello')).toBeVisible();
  await expect(row(page, /0123/)).not.toContainText('unread');
  line.dropFrames = true;
  await system.receiveSms('+12065550123', 'One more thing');
  await log(page).focus();
  await page.keyboard.press('e');
  await expect(
    page.getByText(/0123 wrote in the meantime, so the conversation stays open\.$/),
  ).toBeVisible();
  await expect(row(page, /0123/)).toContainText('One more thing');
  await page.keyboard.press('e');
  await expect(page.getByText(/^Conversation with .*0123 closed\.$/)).toBeVisible();
  await expect(row(page, /0123/)).toHaveCount(0);
});

test.describe('with a fake clock', () => {
  test.use({ fakeClock: true });

  test('a deleted conversation is gone after the time to undo', async ({
    desk,
    secondDesk,
    system,
  }) => {
    await system.receiveSms('+12065550123', 'Forget me');
    await system.receiveSms('+12065550124', 'Keep me');
    await open(desk, /0123/);
    await expect(row(secondDesk, /0123/)).toBeVisible();
    await desk.getByRole('button', { name: 'Delete conversation' }).click();
    await expect(row(desk, /0123/)).toHaveCount(0);
    await expect(desk.getByRole('button', { name: 'Undo' })).toBeVisible();
    await expect(row(secondDesk, /0123/), 'it can still be taken back').toBeVisible();
    await desk.clock.fastForward(OFFERED);
    await expect(row(secondDesk, /0123/)).toHaveCount(0);
    await expect(row(secondDesk, /0124/)).toBeVisible();
    await system.receiveSms('+12065550123', 'I am back');
    await open(secondDesk, /0123/);
    await expect(log(secondDesk).getByRole('article')).toHaveCount(1);
  });

  test('a message that arrives before a deletion is not erased, whether the page knows it or not', async ({
    page,
    system,
  }) => {
    const line = await interceptSockets(page, system);
    const deletions: number[] = [];
    page.on('response', (answer) => {
      if (answer.request().method() === 'DELETE') deletions.push(answer.status());
    });
    for (const deaf of [false, true]) {
      // The page resyncs every 20 s, so each round starts fresh.
      line.dropFrames = false;
      await page.reload();
      await waitUntilLive(page);
      await system.receiveSms('+12065550123', 'Hello');
      await open(page, /0123/);
      await expect(row(page, /0123/)).not.toContainText('unread');
      await page.getByRole('button', { name: 'Delete conversation' }).click();
      await expect(row(page, /0123/)).toHaveCount(0);
      line.dropFrames = deaf;
      const text = `Wait, deaf: ${String(deaf)}`;
      await system.receiveSms('+12065550123', text);
      const told = new RegExp(`"preview":\\{[^}]*${text}`);
      if (!deaf) await expect.poll(() => line.received).toMatch(told);
      await page.clock.fastForward(OFFERED);
      await expect(page.getByText(/0123 has new messages and was not deleted\.$/)).toBeVisible();
      await expect(row(page, /0123/)).toContainText(text);
      expect(deletions, 'asked only where it has not heard').toEqual(deaf ? [409] : []);
    }
  });
});

test('a search in a thread goes from hit to hit', async ({ desk, system }) => {
  for (const n of [1, 2, 3]) await system.receiveSms('+12065550123', `Apple number ${String(n)}`);
  await system.receiveSms('+12065550123', 'A pear');
  await open(desk, /0123/);
  await log(desk).focus();
  await desk.keyboard.press('f');
  const field = desk.getByRole('searchbox', { name: 'Search in this conversation' });
  await field.fill('apple');
  await expect(desk.getByText('1 of 3')).toBeVisible();
  await field.press('Enter');
  await expect(desk.getByText('2 of 3')).toBeVisible();
  await field.press('Shift+Enter');
  await expect(desk.getByText('1 of 3')).toBeVisible();
  await field.fill('banana');
  await expect(desk.getByText('No matches')).toBeVisible();
});

test('a search reaches a message far up and scrolls to it', async ({ page, system }) => {
  await system.receiveSms('+12065550123', 'I have seen a heron');
  // A search page has 200 messages, a thread page 50.
  for (let at = 1; at <= 210; at += 1) {
    await system.receiveSms('+12065550123', `Message number ${String(at)}`);
  }
  await page.goto(system.deskLink);
  await open(page, /0123/);
  await expect(log(page).getByText('I have seen a heron')).toHaveCount(0);
  await log(page).focus();
  await page.keyboard.press('f');
  await page.getByRole('searchbox', { name: 'Search in this conversation' }).fill('heron');
  await expect(page.getByText('1 of 1')).toBeVisible();
  await expect(bubble(page, 'I have seen a heron')).toBeInViewport({ ratio: 1 });
  await expect(bubble(page, 'I have seen a heron')).toHaveClass(/marked/);
});

test('the list shows one channel, and the composer shows the reply window', async ({
  desk,
  system,
}) => {
  await system.receiveSms('+12065550123', 'By text');
  const phone = await system.addPhone('whatsapp:+12065550150', 'Grace');
  await phone.sendText('By WhatsApp');
  await expect(row(desk, /Grace/)).toBeVisible();
  await desk.getByLabel('Channel').selectOption({ label: 'WhatsApp' });
  await expect(row(desk, /0123/)).toHaveCount(0);
  await open(desk, /Grace/);
  await expect(desk.getByText(/Reply window closes in 2[34] h/)).toBeVisible();
  await answer(desk, 'Hello Grace');
  await expectStatus(desk, 'Hello Grace', 'delivered');
  expect(await phone.listTexts()).toEqual(['By WhatsApp', 'Hello Grace']);
});

test('a quarantined request is shown with its reason and raw content until it can be processed', async ({
  desk,
  system,
}) => {
  await system.receiveForUnknownNumber('+12065550123', 'Are you there?');
  await system.receiveForUnknownNumber('+12065550124', 'Nor here?');
  await desk.reload();
  await desk.getByRole('button', { name: 'Menu' }).click();
  await desk.getByRole('button', { name: /^Quarantine/ }).click();
  const held = desk.getByRole('region', { name: 'Quarantine' });
  await held.locator('summary').first().click();
  await expect(held.locator('pre').first()).toContainText('18005550199');
  await held.getByRole('button', { name: 'Release all 2' }).click();
  await expect(held.getByRole('alert')).toHaveText('2 requests still can’t be processed.');
  await expect(held.locator('li')).toHaveCount(2);
});

test('the quarantine has its own URL, and Back and Escape leave it', async ({ desk, system }) => {
  await system.receiveForUnknownNumber('+12065550123', 'Are you there?');
  await system.receiveSms('+12065550124', 'Here I am');
  await desk.goto(`${system.url}/#quarantine`);
  const held = desk.getByRole('region', { name: 'Quarantine' });
  await expect(held.locator('summary')).toHaveCount(1);
  await open(desk, /0124/);
  await expect(held).toBeHidden();
  await desk.goBack();
  await expect(held).toBeVisible();
  await held.getByRole('heading', { name: 'Quarantine' }).click();
  await desk.keyboard.press('Escape');
  await expect(held).toBeHidden();
  expect(new URL(desk.url()).hash).toBe('');
});
