import { answer, messageField, bubble, expectStatus, open, opened, row } from './desk.ts';
import { expect, test } from './test.ts';

/** The number of concurrent sends; more would exceed the system's limit. */
const HANDS = { length: 8 };

test('each conversation keeps its own draft, over a reload too', async ({ desk, system }) => {
  await system.receiveSms('+12065550123', 'First');
  await system.receiveSms('+12065550124', 'Second');
  await open(desk, /0123/);
  await messageField(desk).fill('To the first');
  await open(desk, /0124/);
  await expect(messageField(desk)).toHaveValue('');
  await messageField(desk).fill('To the second');
  await expect(row(desk, /0123/)).toContainText('Draft: To the first');
  await open(desk, /0123/);
  await expect(messageField(desk)).toHaveValue('To the first');
  await desk.reload();
  await expect(messageField(desk)).toHaveValue('To the first');
  await expect(row(desk, /0124/)).toContainText('Draft: To the second');
});

test('Shift+Enter adds a line, Enter sends', async ({ desk, system }) => {
  const phone = await system.addPhone('+12065550123');
  await phone.sendText('Where?');
  await open(desk, /0123/);
  await messageField(desk).pressSequentially('Front Street 4');
  const low = (await messageField(desk).boundingBox())?.height ?? 0;
  await messageField(desk).press('Shift+Enter');
  await messageField(desk).pressSequentially('second floor');
  expect((await messageField(desk).boundingBox())?.height ?? 0, 'it grows').toBeGreaterThan(low);
  await messageField(desk).press('Enter');
  await expect(messageField(desk)).toHaveValue('');
  await expectStatus(desk, 'second floor', 'delivered');
  expect(await phone.listTexts()).toEqual(['Where?', 'Front Street 4\nsecond floor']);
});

test('a text that cannot be sent is restored, and is sent once after the reconnect', async ({
  context,
  desk,
  system,
}) => {
  const phone = await system.addPhone('+12065550123');
  await phone.sendText('Hello?');
  await open(desk, /0123/);
  await context.setOffline(true);
  await expect(desk.getByText(/^Offline since \d\d:\d\d\. You can keep writing/)).toBeVisible();
  await answer(desk, 'Not lost');
  await expect(desk.getByText('Your text is back in the message field.')).toBeVisible();
  await expect(messageField(desk)).toHaveValue('Not lost');
  await expect(bubble(desk, 'Not lost')).toHaveCount(0);

  await context.setOffline(false);
  await expect(desk.getByText(/^Offline since/)).toHaveCount(0);
  await messageField(desk).press('Enter');
  await expectStatus(desk, 'Not lost', 'delivered');
  expect(await phone.listTexts()).toEqual(['Hello?', 'Not lost']);
});

test('a message whose response was lost is not sent twice', async ({ desk, system }) => {
  const phone = await system.addPhone('+12065550123');
  await phone.sendText('Hello?');
  await open(desk, /0123/);
  let lost = 0;
  await desk.route('**/messages', async (route) => {
    if (route.request().method() !== 'POST' || lost > 0) return route.continue();
    lost += 1;
    await route.fetch();
    await route.abort('connectionreset');
  });
  await answer(desk, 'Once only');
  await expectStatus(desk, 'Once only', 'delivered');
  await expect(bubble(desk, 'Once only')).toHaveCount(1);
  expect(lost).toBe(1);
  expect(await phone.listTexts()).toEqual(['Hello?', 'Once only']);
});

test('a text that is too long shows its excess and is not sent', async ({ desk, system }) => {
  await system.receiveSms('+12065550123', 'Tell me everything');
  await open(desk, /0123/);
  await messageField(desk).fill('x'.repeat(1500));
  await expect(desk.getByText('100 characters left')).toBeVisible();
  await messageField(desk).fill('x'.repeat(1601));
  await expect(
    desk.getByText('1 character over the limit. Shorten the message or split it.'),
  ).toBeVisible();
  await messageField(desk).press('Enter');
  await expect(messageField(desk)).toHaveValue('x'.repeat(1601));
});

test('a character that needs Unicode is named and can be replaced', async ({ desk, system }) => {
  await system.receiveSms('+12065550123', 'How late are you open?');
  await open(desk, /0123/);
  const words = 'We are open until six, and on Thursdays until nine. See you soon.';
  await messageField(desk).fill(`“${words}” `.repeat(2).trim());
  const meta = desk.locator('#composer-meta');
  await expect(meta).toContainText(
    '3 segments · ““” needs Unicode, so the message uses more segments',
  );
  await meta.getByRole('button', { name: 'Shorten to 1 segment' }).click();
  await expect(messageField(desk)).toHaveValue(`"${words}" `.repeat(2).trim());
  await expect(meta).not.toContainText('segment');
});

test('nine texts sent in a row are sent in order, over a reload', async ({ desk, system }) => {
  const phone = await system.addPhone('+12065550123');
  await phone.sendText('Hello?');
  await open(desk, /0123/);
  const texts = Array.from({ length: 9 }, (_, at) => `Text ${String(at)}`);
  for (const text of texts) await answer(desk, text);
  await expect.poll(() => phone.listTexts()).toEqual(['Hello?', ...texts]);
  await desk.reload();
  await expectStatus(desk, 'Text 8', 'delivered');
});

test('a user at the rate limit sees when to send again and keeps the text', async ({
  desk,
  system,
}) => {
  await system.receiveSms('+12065550123', 'Hello?');
  await open(desk, /0123/);
  const messages = `/api/conversations/${opened(desk)}/messages`;
  // A repeated request is sent once and counts each time.
  const click = { body: 'Once', idempotency_key: 'the-same-click' };
  const once = () => system.api('POST', messages, click);
  const ask = () =>
    system.api<{ decision: string }>('POST', `${messages}/check`, { body: 'More', media: [] });
  await once();
  const hand = async () => {
    for (let left = 25; left > 0; left -= 1) await once();
  };
  const hammer = async () => {
    while ((await ask()).decision !== 'wait') await Promise.all(Array.from(HANDS, hand));
  };
  const meta = desk.locator('#composer-meta');
  // Up to 1200 sends if the minute ends in between.
  test.setTimeout(180_000);
  // Repeats if the minute ends before the text is rejected.
  await expect(async () => {
    await hammer();
    const text = `Not yet, ${String(Date.now())}`;
    await messageField(desk).fill(text);
    await expect(meta).toHaveText(
      /^You have reached the limit of messages per minute\.\s+You can send it at \d\d:\d\d:\d\d\.$/,
      { timeout: 2000 },
    );
    await messageField(desk).press('Enter');
    await expect(messageField(desk)).toHaveValue(text);
    await expect(bubble(desk, text)).toHaveCount(0);
  }).toPass();
});
