import { answer, bubble, expectStatus, log, open, opened, row } from './desk.ts';
import { png } from './png.ts';
import { expect, test } from './test.ts';

const GRACE = '+12065550150';

test('locations, button and list replies, forwarded messages and referrals are shown in the thread', async ({
  desk,
  system,
}) => {
  await system.receiveWhatsapp(GRACE, '', {
    ProfileName: 'Grace',
    Latitude: '47.620500',
    Longitude: '-122.349300',
    Label: 'Space Needle',
    Address: '400 Broad St',
  });
  await system.receiveWhatsapp(GRACE, 'Yes please', {
    ButtonText: 'Yes please',
    ButtonPayload: 'yes',
  });
  await system.receiveWhatsapp(GRACE, 'Tuesday', { ListId: 'tue', ListTitle: 'Tuesday, 9:00' });
  await system.receiveWhatsapp(GRACE, 'A joke', {
    Forwarded: 'true',
    FrequentlyForwarded: 'true',
  });
  await system.receiveWhatsapp(GRACE, 'How much is it?', {
    ReferralHeadline: 'Spring sale',
    ReferralSourceUrl: 'https://example.com/ad',
  });
  await open(desk, /Grace/);
  const advertised = bubble(desk, 'How much is it?');
  await expect(advertised).toContainText('From ad: “Spring sale”');
  await expect(advertised.getByRole('link', { name: 'Open ad' })).toHaveAttribute(
    'href',
    'https://example.com/ad',
  );
  const map = log(desk).getByRole('link', { name: 'Open map' });
  await expect(map).toHaveAttribute('href', /47\.6205.*-122\.3493/);
  await expect(map).toHaveAttribute('rel', /noopener/);
  await expect(log(desk).getByText('Space Needle')).toBeVisible();
  await expect(bubble(desk, 'Yes please')).toContainText('Tapped a button');
  await expect(bubble(desk, 'Tuesday')).toContainText('Selected from a list · Tuesday, 9:00');
  await expect(bubble(desk, 'A joke')).toContainText('Forwarded many times');
});

test('a reply quotes its message, and a click on the quote scrolls there', async ({
  desk,
  system,
}) => {
  const phone = await system.addPhone(`whatsapp:${GRACE}`);
  await phone.sendText('Good morning');
  await open(desk, /0150/);
  await answer(desk, 'Is Tuesday fine?');
  await expectStatus(desk, 'Is Tuesday fine?', /delivered|read/);
  const messages = await system.listMessages(opened(desk));
  const sid = messages.find((one) => one.body === 'Is Tuesday fine?')?.sid;
  await system.receiveWhatsapp(GRACE, 'Very fine', { OriginalRepliedMessageSid: sid });
  await system.receiveWhatsapp(GRACE, 'And this?', {
    OriginalRepliedMessageSid: `SM${'f'.repeat(32)}`,
  });
  const quote = bubble(desk, 'Very fine').getByRole('button', { name: /Is Tuesday fine\?/ });
  await quote.click();
  await expect(log(desk).locator('article.marked')).toContainText('Is Tuesday fine?');
  await expect(bubble(desk, 'And this?')).toContainText(
    'In reply to a message that isn’t available.',
  );
});

test('an image is shown in the list, the thread and the gallery, with the time left in the reply window', async ({
  desk,
  system,
}) => {
  const phone = await system.addPhone(`whatsapp:${GRACE}`, 'Grace');
  await phone.sendFiles([{ name: 'bike.png', type: 'image/png', bytes: png(400, 300) }]);
  await expect(row(desk, /Grace/)).toContainText('Image');
  await open(desk, /Grace/);
  const person = desk.getByRole('complementary', { name: 'Contact' });
  await expect(person.getByText(/2[34] h \d+ min left/)).toBeVisible();
  const shown = person.getByRole('button', { name: 'Enlarge: bike.png' });
  await expect(shown.locator('img')).toBeVisible();
  await shown.click();
  await expect(desk.getByRole('dialog').getByRole('img')).toBeVisible();
});

test.describe('with a Messaging Service', () => {
  test.use({ startOptions: { env: { TWILIO_MESSAGING_SERVICE_SID: `MG${'0'.repeat(32)}` } } });

  test('an RCS message that was sent as SMS says so', async ({ desk, system }) => {
    const { conversation_id } = await system.api<{ conversation_id: string }>(
      'POST',
      '/api/conversations',
      { to: '+12065550160', channel: 'rcs' },
    );
    await desk.goto(`/#conversation=${conversation_id}`);
    await answer(desk, 'Your order is ready.');
    await expect(bubble(desk, 'Your order is ready.')).toContainText(
      'Sent as SMS because RCS wasn’t available',
    );
  });
});
