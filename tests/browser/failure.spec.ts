import { answer, bubble, expectStatus, log, open } from './desk.ts';
import { expect, test } from './test.ts';

test('an unreachable phone is named as the reason, and a resend is a new message', async ({
  desk,
  system,
}) => {
  const phone = await system.addPhone('+12065550123');
  await phone.sendText('Hello?');
  await phone.setCondition('unreachable');
  await open(desk, /0123/);
  await answer(desk, 'Can you hear me?');
  await expectStatus(desk, 'Can you hear me?', 'undelivered');
  await expect(bubble(desk, 'Can you hear me?')).toContainText(
    'Not delivered: The phone could not be reached.',
  );

  await phone.setCondition('reachable');
  await bubble(desk, 'Can you hear me?').getByRole('button', { name: 'Try again' }).click();
  await expect(bubble(desk, 'Can you hear me?')).toHaveCount(2);
  await expectStatus(desk, 'Can you hear me?', 'delivered');
  const old = bubble(desk, 'Can you hear me?').first();
  await expect(old).toContainText(/Resent at \d\d:\d\d/);
  await expect(old.getByRole('button', { name: /try again|resend/i })).toHaveCount(0);
  expect(await phone.listTexts()).toEqual(['Hello?', 'Can you hear me?']);
});

test('a message to a contact who opted out cannot be resent', async ({ desk, system }) => {
  await system.api('POST', '/api/conversations', {
    to: '+15005550004',
    contact_name: 'Opted out',
  });
  await open(desk, /Opted out/);
  await answer(desk, 'Are you still there?');
  await expectStatus(desk, 'still there', 'rejected');
  await expect(bubble(desk, 'still there')).toContainText('Not sent:');
  await expect(
    bubble(desk, 'still there').getByRole('button', { name: /try again|resend/i }),
  ).toHaveCount(0);
});

test('a temporary rejection by Twilio is retried without a message', async ({ desk, system }) => {
  const phone = await system.addPhone('+12065550123');
  await phone.sendText('Hello?');
  await open(desk, /0123/);
  await system.armFault({ on: 'create', times: 2, fault: { kind: 'respond', status: 429 } });
  await answer(desk, 'Patience');
  await expectStatus(desk, 'Patience', 'delivered');
  expect(await phone.listTexts()).toEqual(['Hello?', 'Patience']);
});

test('a send with an unknown result is shown as being checked', async ({ desk, system }) => {
  const phone = await system.addPhone('+12065550123');
  await phone.sendText('Hello?');
  await open(desk, /0123/);
  await system.armFault({ on: 'create', fault: { kind: 'cut' } });
  await answer(desk, 'Into the dark');
  await expectStatus(desk, 'Into the dark', 'unknown');
  await expect(bubble(desk, 'Into the dark')).toContainText('We don’t know yet');
  await expect(log(desk).getByRole('button', { name: 'Try again' })).toHaveCount(0);
  await answer(desk, 'The next one goes all the same');
  await expectStatus(desk, 'The next one', 'delivered');
});
