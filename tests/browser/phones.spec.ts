import { expect, signIn, test } from './test.ts';

const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==',
  'base64',
);

test('a WhatsApp customer writes, reads the reply and sends a read receipt', async ({
  page,
  system,
}) => {
  await signIn(page);
  await page.goto('/phones');
  await page.getByRole('button', { name: 'Add customer' }).click();
  await page.getByLabel('Name optional').fill('Grace');
  await page.getByLabel('Channel').selectOption('WhatsApp');
  await page.getByRole('button', { name: 'Add', exact: true }).click();

  const phone = page.getByRole('article', { name: 'Grace’s phone' });
  await expect(phone).toHaveAttribute('data-skin', 'whatsapp');
  await phone.getByLabel('Text message').fill('Is the bike ready?');
  await phone.getByLabel('Text message').press('Enter');
  await expect(phone.getByText('Received by Partyline')).toBeVisible();

  const desk = page.frameLocator('iframe');
  await desk.getByRole('link', { name: /Is the bike ready/ }).click();
  await desk.getByLabel(/^Message to/).fill('It is.');
  await desk.getByLabel(/^Message to/).press('Enter');
  await expect(phone.getByText('It is.')).toBeVisible();
  await expect(desk.locator('[data-direction=outbound][data-status=read]')).toBeAttached();

  const { webhooks } = await system.call<{ webhooks: { message_status: string }[] }>(
    'GET',
    '/phones/api/script',
  );
  expect(webhooks.map((webhook) => webhook.message_status)).toContain('read');
});

test('an image sent from a phone is shown on the desk and the phone', async ({ page }) => {
  await page.goto('/phones');
  const phone = page.getByRole('article', { name: 'Ada Byron’s phone' });
  await phone.getByLabel('Attach file').setInputFiles({
    name: 'bike.png',
    mimeType: 'image/png',
    buffer: PNG,
  });
  const picture = phone.getByRole('img', { name: 'bike.png' });
  await expect(picture).toBeVisible();
  await expect.poll(() => picture.evaluate((img: HTMLImageElement) => img.naturalWidth)).toBe(1);
  await expect(phone.getByText('Received by Partyline')).toBeVisible();
});

test('a keyword sent from the menu gets the carrier’s reply', async ({ page }) => {
  await page.goto('/phones');
  const phone = page.getByRole('article', { name: 'Ada Byron’s phone' });
  await phone.getByRole('button', { name: 'More options' }).click();
  await page.getByRole('button', { name: 'Send STOP' }).click();
  await expect(phone.getByText(/You have successfully been unsubscribed/)).toBeVisible();
});

test('a phone on the network without the link sees a hint', async ({ page, system }) => {
  const refused = { status: 403, detail: 'Open the phones by the link that Partyline printed.' };
  await page.route('**/phones/api/**', (route) =>
    route.fulfill({
      status: 403,
      contentType: 'application/problem+json',
      body: JSON.stringify(refused),
    }),
  );
  await page.goto(`${system.url}/phones`);
  await expect(page.getByText(refused.detail)).toBeVisible();
});
