import { messageField, bubble, expectStatus, log, open, row } from './desk.ts';
import { resize } from './sizes.ts';
import { expect, test } from './test.ts';

/** Texts that break layouts: right-to-left, combined characters, very long words. */
const HARD = {
  arabic: 'مرحبا، هل الدراجة رقم 42 (الخضراء) جاهزة؟',
  hebrew: 'שלום! מחר ב-14:02 בסדר?',
  mixed: 'Order 42 — طلب رقم 42 — הזמנה 42',
  emoji: '👩🏽‍🚒👨‍👩‍👧‍👦🏴󠁧󠁢󠁳󠁣󠁴󠁿🇺🇳❤️‍🔥1️⃣👍🏿',
  marks: `Z${'\u0335\u0347\u030d\u0310'.repeat(12)}a${'\u0338\u0325\u0306'.repeat(12)}lgo`,
  long: 'Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft'.repeat(
    6,
  ),
  url: `https://example.com/${'a%20b'.repeat(120)}`,
  override: 'Name \u202Egnp.exe\u202C end',
  lines: Array.from({ length: 30 }, (_, at) => `Line ${String(at)}`).join('\n'),
};

test('right-to-left text, emoji, combining marks and long words keep the layout', async ({
  desk,
  system,
}) => {
  const { conversation_id } = await system.api<{ conversation_id: string }>(
    'POST',
    '/api/conversations',
    { to: '+12065550123', contact_name: `${HARD.arabic} ${HARD.long}`.slice(0, 110) },
  );
  for (const text of Object.values(HARD)) await system.receiveSms('+12065550123', text);
  for (const [at, text] of Object.values(HARD).entries()) {
    await system.receiveSms(`+1206555014${String(at)}`, text);
  }
  await desk.goto(`/#conversation=${conversation_id}`);
  for (const width of [1440, 390]) {
    await resize(desk, { width, height: 900 });
    await expect(messageField(desk)).toBeVisible();
    await messageField(desk).fill(HARD.long);
    await log(desk).press('End');
    for (const part of [log(desk), desk.locator('html'), desk.locator('.scroller').first()]) {
      const over = await part.evaluate((one) => one.scrollWidth - one.clientWidth);
      expect(over, `${String(width)}: pixels beyond the edge`).toBeLessThanOrEqual(0);
    }
    const beyond = () =>
      log(desk)
        .locator('.bubble')
        .evaluateAll((all) =>
          all
            // Hidden elements keep their previous layout, so only visible ones count.
            .filter((one) =>
              one.checkVisibility({ contentVisibilityAuto: true, visibilityProperty: true }),
            )
            .filter((one) => one.getBoundingClientRect().right > innerWidth)
            .map((one) => one.textContent),
        );
    await expect.poll(beyond, `${String(width)}: bubbles beyond the edge`).toEqual([]);
  }
  await resize(desk, { width: 1440, height: 2600 });
  const ways = await log(desk)
    .getByText(HARD.arabic, { exact: true })
    .evaluate((one) => getComputedStyle(one).direction);
  expect(ways, 'an Arabic text runs from the right').toBe('rtl');
});

test('Undo restores a deleted conversation', async ({ desk, system }) => {
  await system.receiveSms('+12065550123', 'Keep me');
  await open(desk, /0123/);
  await desk.getByRole('button', { name: 'Delete conversation' }).click();
  await expect(row(desk, /0123/)).toHaveCount(0);
  await expect(desk.getByText('Deleting conversation with (206) 555-0123…')).toBeVisible();
  await desk.getByRole('button', { name: 'Undo' }).click();
  await expect(row(desk, /0123/)).toContainText('Keep me');
  const { conversations } = await system.api<{ conversations: object[] }>(
    'GET',
    '/api/conversations?filter=open',
  );
  expect(conversations, 'it was only out of sight').toHaveLength(1);
});

test('the palette opens conversations and runs commands by keyboard', async ({ desk, system }) => {
  await system.api('POST', '/api/conversations', { to: '+12065550123', contact_name: 'Maria' });
  await system.receiveSms('+12065550123', 'Hola');
  await system.receiveSms('+12065550124', 'Hello');
  await expect(row(desk, /Maria/)).toBeVisible();
  await desk.keyboard.press('Control+k');
  await desk.keyboard.type('mar');
  await expect(desk.getByRole('option', { name: /Maria/ })).toHaveAttribute(
    'aria-selected',
    'true',
  );
  await desk.keyboard.press('Enter');
  await expect(messageField(desk)).toBeFocused();
  await expect(log(desk)).toContainText('Hola');

  await desk.keyboard.press('Control+k');
  await desk.keyboard.type('close con');
  await expect(desk.getByRole('option', { name: /Close conversation/ })).toBeVisible();
  await desk.keyboard.press('Enter');
  await expect(row(desk, /Maria/)).toHaveCount(0);
  await expect(desk.getByText('Conversation with Maria closed.')).toBeVisible();
});

test('two tabs share settings and changes', async ({ context, desk, system }) => {
  await system.receiveSms('+12065550123', 'In both');
  const other = await context.newPage();
  await other.goto('/');
  await expect(row(other, /0123/)).toBeVisible();
  // A background tab draws once a second.
  await desk.bringToFront();
  await desk.keyboard.press('Control+k');
  await expect(desk.getByRole('dialog')).toBeVisible();
  await desk.keyboard.type('dark theme');
  await desk.keyboard.press('Enter');
  await expect(other.locator('html')).toHaveAttribute('data-theme', 'dark');
  await open(desk, /0123/);
  await desk.getByRole('button', { name: 'Close conversation' }).first().click();
  await expect(row(other, /0123/)).toHaveCount(0);
});

test('a thread returns to its scroll position', async ({ desk, system }) => {
  for (let at = 1; at <= 60; at += 1) {
    await system.receiveSms('+12065550123', `Message number ${String(at)}`);
  }
  await system.receiveSms('+12065550124', 'Another customer');
  await open(desk, /0123/);
  await desk.getByRole('button', { name: /^Jump to latest|new message/ }).click();
  await expect(row(desk, /0123/)).not.toContainText('unread');
  await log(desk).focus();
  await log(desk).evaluate((one) => (one.scrollTop = 700));
  await expect(desk.getByRole('button', { name: 'Jump to latest' })).toBeVisible();
  const middle = () =>
    log(desk).evaluate((one) => {
      const line = one.getBoundingClientRect().top + 200;
      const at = [...one.querySelectorAll('article')].find(
        (article) => article.getBoundingClientRect().bottom > line,
      );
      return Number(/number (\d+)/.exec(at?.textContent ?? '')?.[1]);
    });
  const before = await middle();
  await open(desk, /0124/);
  await expect(log(desk)).toContainText('Another customer');
  await open(desk, /0123/);
  await expect.poll(async () => Math.abs((await middle()) - before)).toBeLessThanOrEqual(2);
});

test('without the browser’s permission there are no notifications, and the menu says so', async ({
  desk,
}) => {
  await desk.getByRole('button', { name: 'Menu' }).click();
  await desk.getByRole('button', { name: 'Send a test notification' }).click();
  await expect(desk.getByText('Notifications are blocked.')).toBeVisible();
  await expect(desk.getByLabel('Notifications')).not.toBeChecked();
});

test.describe('with the browser’s permission', () => {
  test.use({ permissions: ['notifications'] });

  test('a notification is shown while the page is hidden, names the contact and opens the conversation', async ({
    desk,
    system,
  }) => {
    // The browser shows notifications outside the page, so their constructor is recorded.
    await desk.addInitScript(() => {
      const made: Notification[] = [];
      Object.assign(window, { made });
      window.Notification = class extends Notification {
        constructor(title: string, options?: NotificationOptions) {
          super(title, options);
          made.push(this);
        }
      };
    });
    await desk.reload();
    const texts = () =>
      desk.evaluate(() => (window as unknown as { made: Notification[] }).made.map((n) => n.body));
    await desk.getByRole('button', { name: 'Menu' }).click();
    await desk.getByRole('button', { name: 'Send a test notification' }).click();
    await expect(desk.getByLabel('Notifications')).toBeChecked();
    expect(await texts()).toEqual(['New messages will look like this.']);
    await desk.keyboard.press('Escape');

    await system.receiveSms('+12065550123', 'Seen as it comes');
    await expect(row(desk, /0123/)).toBeVisible();
    expect(await texts()).toHaveLength(1);

    await desk.evaluate(() => {
      Object.defineProperty(document, 'visibilityState', { get: () => 'hidden' });
    });
    await system.receiveSms('+12065550124', 'A secret');
    await expect.poll(texts).toHaveLength(2);
    expect((await texts())[1]).toMatch(/0124/);
    expect((await texts())[1]).not.toContain('secret');
    await desk.evaluate(() => {
      const { made } = window as unknown as { made: Notification[] };
      made[1]?.onclick?.(new Event('click'));
    });
    await expect(log(desk).getByText('A secret')).toBeVisible();
  });
});

test('a slow connection shows placeholders, and a double click sends once', async ({
  desk,
  system,
}) => {
  const phone = await system.addPhone('+12065550123');
  await phone.sendText('Hello?');
  await expect(row(desk, /0123/)).toBeVisible();
  let answerNow = () => undefined as void;
  const slow = new Promise<void>((resolve) => (answerNow = resolve));
  await desk.route('**/api/conversations?*', async (route) => {
    await slow;
    await route.continue();
  });
  await desk.reload();
  await expect(desk.locator('.skeleton .row').first()).toBeVisible();
  answerNow();
  await open(desk, /0123/);
  await expect(desk.locator('.skeleton')).toHaveCount(0);

  let sendNow = () => undefined as void;
  const held = new Promise<void>((resolve) => (sendNow = resolve));
  await desk.route('**/messages', async (route) => {
    if (route.request().method() === 'POST') await held;
    await route.continue();
  });
  await messageField(desk).fill('Once only');
  await messageField(desk).press('Enter');
  await messageField(desk).press('Enter');
  await desk.getByRole('button', { name: 'Send' }).click({ force: true });
  await expect(bubble(desk, 'Once only')).toHaveAttribute('data-status', 'sending');
  sendNow();
  await expectStatus(desk, 'Once only', 'delivered');
  await expect(bubble(desk, 'Once only')).toHaveCount(1);
  expect(await phone.listTexts()).toEqual(['Hello?', 'Once only']);
});
