import { answer, box, bubble, expectStatus, open, opened, row } from './desk.ts';
import { expect, test } from './test.ts';

/** So many at a time click for a script that hammers; of more the system would say that it is busy. */
const HANDS = { length: 8 };

test('each conversation keeps its own draft, over a reload too', async ({ desk, system }) => {
  await system.receives('+12065550123', 'First');
  await system.receives('+12065550124', 'Second');
  await open(desk, /0123/);
  await box(desk).fill('To the first');
  await open(desk, /0124/);
  await expect(box(desk)).toHaveValue('');
  await box(desk).fill('To the second');
  await expect(row(desk, /0123/)).toContainText('Draft: To the first');
  await open(desk, /0123/);
  await expect(box(desk)).toHaveValue('To the first');
  await desk.reload();
  await expect(box(desk)).toHaveValue('To the first');
  await expect(row(desk, /0124/)).toContainText('Draft: To the second');
});

test('Shift and Enter begins a line, Enter sends both', async ({ desk, system }) => {
  const phone = await system.phone('+12065550123');
  await phone.writes('Where?');
  await open(desk, /0123/);
  await box(desk).pressSequentially('Front Street 4');
  const low = (await box(desk).boundingBox())?.height ?? 0;
  await box(desk).press('Shift+Enter');
  await box(desk).pressSequentially('second floor');
  expect((await box(desk).boundingBox())?.height ?? 0, 'it grows').toBeGreaterThan(low);
  await box(desk).press('Enter');
  await expect(box(desk)).toHaveValue('');
  await expectStatus(desk, 'second floor', 'delivered');
  expect(await phone.shows()).toEqual(['Where?', 'Front Street 4\nsecond floor']);
});

test('a text that cannot go comes back into the box, and goes once when the line is back', async ({
  context,
  desk,
  system,
}) => {
  const phone = await system.phone('+12065550123');
  await phone.writes('Hello?');
  await open(desk, /0123/);
  await context.setOffline(true);
  await expect(desk.getByText(/^Offline since \d\d:\d\d\. You can keep writing/)).toBeVisible();
  await answer(desk, 'Not lost');
  await expect(desk.getByText('Your text is back in the message field.')).toBeVisible();
  await expect(box(desk)).toHaveValue('Not lost');
  await expect(bubble(desk, 'Not lost')).toHaveCount(0);

  await context.setOffline(false);
  await expect(desk.getByText(/^Offline since/)).toHaveCount(0);
  await box(desk).press('Enter');
  await expectStatus(desk, 'Not lost', 'delivered');
  expect(await phone.shows()).toEqual(['Hello?', 'Not lost']);
});

test('an answer that is lost on the way back is not sent twice', async ({ desk, system }) => {
  const phone = await system.phone('+12065550123');
  await phone.writes('Hello?');
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
  expect(await phone.shows()).toEqual(['Hello?', 'Once only']);
});

test('a text that is too long is counted and does not go', async ({ desk, system }) => {
  await system.receives('+12065550123', 'Tell me everything');
  await open(desk, /0123/);
  await box(desk).fill('x'.repeat(1500));
  await expect(desk.getByText('100 characters left')).toBeVisible();
  await box(desk).fill('x'.repeat(1601));
  await expect(
    desk.getByText('1 character over the limit. Shorten the message or split it.'),
  ).toBeVisible();
  await box(desk).press('Enter');
  await expect(box(desk)).toHaveValue('x'.repeat(1601));
});

test('the sign that makes a text dear is named, and replaced with one press', async ({
  desk,
  system,
}) => {
  await system.receives('+12065550123', 'How late are you open?');
  await open(desk, /0123/);
  const words = 'We are open until six, and on Thursdays until nine. See you soon.';
  await box(desk).fill(`“${words}” `.repeat(2).trim());
  const meta = desk.locator('#composer-meta');
  await expect(meta).toContainText(
    '3 segments · ““” needs Unicode, so the message uses more segments',
  );
  await meta.getByRole('button', { name: 'Shorten to 1 segment' }).click();
  await expect(box(desk)).toHaveValue(`"${words}" `.repeat(2).trim());
  await expect(meta).not.toContainText('segment');
});

test('nine texts that are written at one go all leave, in their order, and the page loads after them', async ({
  desk,
  system,
}) => {
  const phone = await system.phone('+12065550123');
  await phone.writes('Hello?');
  await open(desk, /0123/);
  const texts = Array.from({ length: 9 }, (_, at) => `Text ${String(at)}`);
  for (const text of texts) await answer(desk, text);
  await expect.poll(() => phone.shows()).toEqual(['Hello?', ...texts]);
  await desk.reload();
  await expectStatus(desk, 'Text 8', 'delivered');
});

test('who sends far too many in a minute is told when to go on, and keeps the text', async ({
  desk,
  system,
}) => {
  await system.receives('+12065550123', 'Hello?');
  await open(desk, /0123/);
  const messages = `/api/conversations/${opened(desk)}/messages`;
  // The same click is sent once, and counts each time.
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
  // Twelve hundred where the minute ends in between.
  test.setTimeout(180_000);
  // Once more where it ends before the text is refused.
  await expect(async () => {
    await hammer();
    const text = `Not yet, ${String(Date.now())}`;
    await box(desk).fill(text);
    await expect(meta).toHaveText(
      /^You have reached the limit of messages per minute\.\s+You can send it at \d\d:\d\d:\d\d\.$/,
      { timeout: 2000 },
    );
    await box(desk).press('Enter');
    await expect(box(desk)).toHaveValue(text);
    await expect(bubble(desk, text)).toHaveCount(0);
  }).toPass();
});
