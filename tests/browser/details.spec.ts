import type { Locator, Page } from '@playwright/test';
import { answer, bubble, expectStatus, open, opened } from './desk.ts';
import { expect, test } from './test.ts';

/** A time of day with its seconds, as the history shows it. */
const TIME = /^\d\d:\d\d:\d\d/;

test('a message that did not arrive tells every status with its time, the code, and what to do', async ({
  desk,
  system,
}) => {
  const phone = await system.phone('+12065550123');
  await phone.writes('Hello?');
  await phone.becomes('unreachable');
  await open(desk, /0123/);
  await answer(desk, 'Can you hear me?');
  await expectStatus(desk, 'Can you hear me?', 'undelivered');
  const details = await detailsOf(desk, 'Can you hear me?');
  await expect(details.getByRole('listitem')).toHaveText([/Sending/, /Sent/, /Not delivered/]);
  await expect(details.getByRole('listitem')).toHaveText([TIME, TIME, TIME]);
  await expect(details.getByRole('listitem').last()).toContainText('Twilio code 30003');
  await expect(details).toContainText(
    'The phone could not be reached. It may be switched off or out of coverage. Try again later.',
  );
  await expect(told(details, 'Price')).toHaveCount(0);
});

test('a message that arrived tells what it was charged and in how many parts it went, once Twilio says so', async ({
  desk,
  system,
}) => {
  const phone = await system.phone('+12065550123');
  await phone.writes('Hello?');
  await open(desk, /0123/);
  const text = 'The wheel is true again, and the brakes are new. '.repeat(4).trim();
  await answer(desk, text);
  await expectStatus(desk, text, 'delivered');
  const details = await detailsOf(desk, text);
  await expect(details.getByRole('listitem')).toHaveText([/Sending/, /Sent/, /Delivered/]);
  await expect(told(details, 'Segments')).toHaveText('2');
  await expect(told(details, 'Price')).toHaveCount(0);

  const [message] = (await system.stored(opened(desk))).filter((one) => one.body === text);
  if (!message) throw new Error('It is not stored');
  await system.charges(opened(desk), message, '-0.01580');
  await expect(told(details, 'Price')).toHaveText('0.01580 USD');
  await expect(told(details, 'Twilio SID')).toHaveText(message.sid);
  await expect(details.getByRole('listitem'), 'it arrived once').toHaveCount(3);
});

/** Opens what is known of the delivery of the message with this text. */
async function detailsOf(desk: Page, text: string): Promise<Locator> {
  await bubble(desk, text)
    .getByRole('button', { name: /^Details/ })
    .click();
  return desk.getByRole('dialog', { name: 'Delivery' });
}

/** What stands beside the word. */
function told(details: Locator, word: string): Locator {
  return details.locator('dt').filter({ hasText: word }).locator('+ dd');
}
