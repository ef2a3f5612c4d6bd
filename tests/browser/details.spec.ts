import type { Locator, Page } from '@playwright/test';
import { answer, bubble, expectStatus, open, opened } from './desk.ts';
import { expect, test } from './test.ts';

/** A time with seconds, as in the status history. */
const TIME = /^\d\d:\d\d:\d\d/;

test('the details of a failed message show every status with its time, the code and advice', async ({
  desk,
  system,
}) => {
  const phone = await system.addPhone('+12065550123');
  await phone.sendText('Hello?');
  await phone.setCondition('unreachable');
  await open(desk, /0123/);
  await answer(desk, 'Can you hear me?');
  await expectStatus(desk, 'Can you hear me?', 'undelivered');
  const details = await detailsOf(desk, 'Can you hear me?');
  await expect(details.getByRole('listitem')).toHaveText([/Sending/, /Sent/, /Not delivered/]);
  await expect(details.getByRole('listitem')).toHaveText([TIME, TIME, TIME]);
  await expect(details.getByRole('listitem').last()).toContainText('Twilio error 30003');
  await expect(details).toContainText(
    'The phone could not be reached. It may be switched off or out of coverage. Try again later.',
  );
  await expect(told(details, 'Price')).toHaveCount(0);
});

test('the details of a delivered message show price and segments once Twilio reports them', async ({
  desk,
  system,
}) => {
  const phone = await system.addPhone('+12065550123');
  await phone.sendText('Hello?');
  await open(desk, /0123/);
  const text = 'The wheel is true again, and the brakes are new. '.repeat(4).trim();
  await answer(desk, text);
  await expectStatus(desk, text, 'delivered');
  const details = await detailsOf(desk, text);
  await expect(details.getByRole('listitem')).toHaveText([/Sending/, /Sent/, /Delivered/]);
  await expect(told(details, 'Segments')).toHaveText('2');
  await expect(told(details, 'Price')).toHaveCount(0);

  const [message] = (await system.listMessages(opened(desk))).filter((one) => one.body === text);
  if (!message) throw new Error('It is not stored');
  await system.reportPrice(opened(desk), message, '-0.01580');
  await expect(told(details, 'Price')).toHaveText('0.01580 USD');
  await expect(told(details, 'Twilio SID')).toHaveText(message.sid);
  await expect(details.getByRole('listitem'), 'it arrived once').toHaveCount(3);
});

/** Opens the delivery details of the message with this text. */
async function detailsOf(desk: Page, text: string): Promise<Locator> {
  await bubble(desk, text)
    .getByRole('button', { name: /^Details/ })
    .click();
  return desk.getByRole('dialog', { name: 'Delivery' });
}

/** Returns the value next to a label. */
function told(details: Locator, word: string): Locator {
  return details.locator('dt').filter({ hasText: word }).locator('+ dd');
}
