import type { Page } from '@playwright/test';
import { answer, bubble, log, messageField, open, opened, row } from './desk.ts';
import type { System } from './system.ts';
import { expect, signInHere, test, waitUntilLive } from './test.ts';

const TEN = Array.from({ length: 10 }, (_, at) => `+1206555010${String(at)}`);

/** Lets one customer after the other write, and returns their ids by number. */
async function receiveFrom(system: System, numbers: string[]): Promise<Map<string, string>> {
  for (const number of numbers) await system.receiveSms(number, `Hello from ${number.slice(-4)}`);
  const { conversations } = await system.api<{
    conversations: { conversation_id: string; mobile_number: string }[];
  }>('GET', '/api/conversations?filter=open');
  return new Map(conversations.map((one) => [one.mobile_number, one.conversation_id]));
}

/** Returns the order of the rows by the end of their numbers. */
const order = (desk: Page) => row(desk, /./).locator('bdi.who').allTextContents();

/** Returns what has the focus. */
const focused = (desk: Page) =>
  desk.evaluate(() => {
    const element = document.activeElement as HTMLElement | null;
    return element?.dataset.conversationId ?? element?.tagName ?? '';
  });

for (const { filter, key } of [
  { filter: 'Open', key: '2' },
  { filter: 'Waiting', key: '1' },
]) {
  test(`ten people are answered by keyboard in ${filter}, each exactly once`, async ({
    desk,
    system,
  }) => {
    const ids = await receiveFrom(system, TEN);
    await expect(row(desk, /./)).toHaveCount(10);
    await desk.keyboard.press(key);
    await expect(desk.getByRole('radio', { name: filter })).toBeChecked();
    for (let at = 0; at < 10; at += 1) {
      await desk.keyboard.press('j');
      await expect(messageField(desk)).toBeVisible();
      await desk.keyboard.press('r');
      await expect(messageField(desk)).toBeFocused();
      const text = `Answer ${String(at)}`;
      await desk.keyboard.type(text);
      await desk.keyboard.press(at % 2 ? 'Enter' : 'Control+Enter');
      await expect(bubble(desk, text)).toBeVisible();
      await desk.keyboard.press('Escape');
    }
    for (const id of ids.values()) {
      await expect.poll(async () => (await system.listMessages(id)).length, id).toBe(2);
    }
    await expect(desk).toHaveTitle('Partyline');
  });
}

test('the open row keeps its place after an answer, also when the other rows move', async ({
  desk,
  system,
}) => {
  await receiveFrom(system, TEN.slice(0, 4));
  await expect(row(desk, /./)).toHaveCount(4);
  const before = await order(desk);
  for (let at = 0; at < 3; at += 1) await desk.keyboard.press('j');
  await expect(row(desk, before[2] ?? '')).toHaveAttribute('aria-current', 'true');
  await answer(desk, 'Here you are');
  await expect(row(desk, before[2] ?? '')).toContainText('Here you are');
  expect(await order(desk), 'the keyboard walks these rows').toEqual(before);

  await system.receiveSms('+12065550177', 'I am new');
  const shows = desk.getByRole('button', { name: /^Show 1 new/ });
  await expect(shows).toBeVisible();
  expect(await order(desk)).toEqual(before);
  await shows.click();
  await expect(row(desk, /./).first()).toContainText('I am new');
  await expect(row(desk, /./).first(), 'the button has gone').toBeFocused();
  expect((await order(desk)).slice(1), 'the open row is where it was').toEqual(before);
  await desk.keyboard.press('j');
  await expect(row(desk, before[3] ?? '')).toHaveAttribute('aria-current', 'true');
});

test('rows are in their true order again after the agent has left them', async ({
  desk,
  system,
}) => {
  await receiveFrom(system, TEN.slice(0, 3));
  await expect(row(desk, /./)).toHaveCount(3);
  await desk.keyboard.press('j');
  await desk.keyboard.press('j');
  await answer(desk, 'Yes');
  await expect(row(desk, /0101/)).toContainText('Yes');
  expect((await order(desk)).map((name) => name.slice(-4))).toEqual(['0102', '0101', '0100']);
  await desk.keyboard.press('Escape');
  await desk.keyboard.press('Escape');
  await expect.poll(async () => (await order(desk))[0]).toContain('0101');
});

test('E goes on to the next row, and Undo comes back', async ({ desk, system }) => {
  await receiveFrom(system, TEN.slice(0, 3));
  await expect(row(desk, /./)).toHaveCount(3);
  await desk.keyboard.press('j');
  await expect(bubble(desk, 'Hello from 0102')).toBeVisible();
  await desk.keyboard.press('e');
  await expect(bubble(desk, 'Hello from 0101')).toBeVisible();
  await expect(row(desk, /./)).toHaveCount(2);
  await expect(desk.getByText(/0102 closed\.$/)).toBeVisible();
  await desk.keyboard.press('z');
  await expect(bubble(desk, 'Hello from 0102')).toBeVisible();
  await expect(row(desk, /0102/)).toHaveAttribute('aria-current', 'true');

  // The last row goes on to the one before it, and the only one to the list.
  for (const next of ['0101', '0100']) {
    await desk.keyboard.press('e');
    await expect(bubble(desk, `Hello from ${next}`)).toBeVisible();
  }
  await desk.keyboard.press('e');
  await expect(row(desk, /./)).toHaveCount(0);
  await expect(desk.getByRole('heading', { name: 'No conversations yet.' })).toBeVisible();
});

test('Ctrl+Shift+Enter sends, closes and goes on to the next who waits', async ({
  desk,
  system,
}) => {
  const ids = await receiveFrom(system, TEN.slice(0, 4));
  await expect(row(desk, /./)).toHaveCount(4);
  const read = ids.get(TEN[2] ?? '') ?? '';
  const { rev } = await system.api<{ rev: number }>('GET', `/api/conversations/${read}`);
  await system.api('POST', `/api/conversations/${read}/read`, { rev });
  await system.api('POST', `/api/conversations/${read}/messages`, {
    body: 'Already answered',
    idempotency_key: '01KA0000000000000000000009',
  });
  await expect(row(desk, /0102/)).toContainText('Already answered');
  await expect(row(desk, /0102/)).not.toContainText('unread');
  await open(desk, /0103/);
  for (const [end, next] of [
    ['0103', '0101'],
    ['0101', '0100'],
  ]) {
    await expect(bubble(desk, `Hello from ${end ?? ''}`)).toBeVisible();
    await expect(row(desk, new RegExp(end ?? ''))).not.toContainText('unread');
    await messageField(desk).fill(`Done, ${end ?? ''}`);
    await desk.keyboard.press('Control+Shift+Enter');
    await expect(bubble(desk, `Hello from ${next ?? ''}`)).toBeVisible();
    await expect(row(desk, new RegExp(end ?? ''))).toHaveCount(0);
  }
  for (const number of [TEN[3], TEN[1]]) {
    const id = ids.get(number ?? '') ?? '';
    const { status } = await system.api<{ status: string }>('GET', `/api/conversations/${id}`);
    expect(status).toBe('closed');
    expect((await system.listMessages(id)).length).toBe(2);
  }
});

test('W opens the next who waits, from the top again after the last', async ({ desk, system }) => {
  await receiveFrom(system, TEN.slice(0, 3));
  await expect(row(desk, /./)).toHaveCount(3);
  for (const end of ['0102', '0101', '0100']) {
    await desk.keyboard.press('w');
    await expect(bubble(desk, `Hello from ${end}`)).toBeVisible();
    await expect(row(desk, new RegExp(end))).not.toContainText('unread');
    await answer(desk, `Answer for ${end}`);
    await expect(row(desk, new RegExp(end))).toContainText(`Answer for ${end}`);
    await desk.keyboard.press('Escape');
  }
  await desk.keyboard.press('w');
  await expect(desk.getByText('No conversation is waiting.')).toBeVisible();
});

test('the list is one tab stop, and arrows, Home and End move in it', async ({ desk, system }) => {
  const ids = await receiveFrom(system, TEN);
  await expect(row(desk, /./)).toHaveCount(10);
  const id = (at: number) => ids.get(TEN[at] ?? '') ?? '';
  await desk.getByRole('radio', { name: 'Open' }).focus();
  await desk.keyboard.press('Tab');
  await desk.keyboard.press('Tab');
  expect(await focused(desk)).toBe(id(9));
  const steps = { ArrowDown: 8, End: 0, ArrowUp: 1, Home: 9 };
  for (const [key, at] of Object.entries(steps)) {
    await desk.keyboard.press(key);
    await expect.poll(() => focused(desk), key).toBe(id(at));
  }
  expect(opened(desk), 'moving the focus opens nothing').toBe('');
  await desk.keyboard.press('ArrowDown');
  await desk.keyboard.press('Enter');
  await expect(bubble(desk, 'Hello from 0108')).toBeVisible();
  expect(await focused(desk)).toBe(id(8));
  await desk.keyboard.press('ArrowDown');
  await expect(bubble(desk, 'Hello from 0107'), 'from the open row, on to the next').toBeVisible();
  await desk.keyboard.press('Tab');
  await expect(desk.getByRole('button', { name: 'Close conversation' }).first()).toBeFocused();
  await desk.keyboard.press('Shift+Tab');
  expect(await focused(desk), 'back to the same row').toBe(id(7));
});

test('the first tab stop skips the list', async ({ desk, system }) => {
  await receiveFrom(system, TEN.slice(0, 2));
  await open(desk, /0101/);
  await desk.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
  await desk.evaluate(() => document.querySelector<HTMLElement>('main button')?.focus());
  await expect(desk.getByRole('button', { name: 'Skip to conversation' })).toBeFocused();
  await desk.keyboard.press('Enter');
  await expect(messageField(desk)).toBeFocused();
});

test('the focus stays in the list when its row leaves, and when it is scrolled away', async ({
  desk,
  system,
}) => {
  const numbers = Array.from({ length: 40 }, (_, at) => `+120655502${String(at).padStart(2, '0')}`);
  await receiveFrom(system, numbers);
  await desk.reload();
  await waitUntilLive(desk);
  await expect(row(desk, /0239/)).toBeVisible();
  await row(desk, /0239/).focus();
  await desk.keyboard.press('ArrowDown');
  const id = await focused(desk);
  await system.api('PATCH', `/api/conversations/${id}`, { status: 'closed' });
  await expect(row(desk, /0238/)).toHaveCount(0);
  await expect(row(desk, /0237/)).toBeFocused();
  await row(desk, /0236/).hover();
  await expect(async () => {
    await desk.mouse.wheel(0, 4000);
    await expect(row(desk, /0200/)).toBeInViewport({ timeout: 500 });
  }).toPass();
  await expect(row(desk, /0237/)).toBeFocused();

  // The last one that leaves gives the focus to the list.
  await desk.getByRole('searchbox').fill('0237');
  await expect(row(desk, /./)).toHaveCount(1);
  await row(desk, /0237/).focus();
  await system.api('DELETE', `/api/conversations/${await focused(desk)}`);
  await expect(row(desk, /./)).toHaveCount(0);
  expect(await focused(desk)).not.toBe('BODY');
});

test('a key deletes only with a modifier, and only for admins', async ({ desk, system }) => {
  await receiveFrom(system, TEN.slice(0, 1));
  const berta = { username: 'berta', password: 'a long password' };
  await system.api('POST', '/api/users', { ...berta, role: 'agent' });
  await open(desk, /0100/);
  await log(desk).focus();
  for (const key of ['#', 'Delete', 'Backspace']) await desk.keyboard.press(key);
  await expect(row(desk, /0100/)).toBeVisible();
  await desk.keyboard.press('Shift+Delete');
  await expect(row(desk, /0100/)).toHaveCount(0);
  await desk.keyboard.press('z');
  await expect(bubble(desk, 'Hello from 0100'), 'the thread is open again').toBeVisible();
  await expect(row(desk, /0100/)).toHaveAttribute('aria-current', 'true');

  await desk.getByRole('button', { name: 'Menu' }).click();
  await desk.getByRole('button', { name: 'Sign out' }).click();
  await signInHere(desk, berta);
  await open(desk, /0100/);
  await expect(desk.getByRole('button', { name: 'Delete conversation' })).toHaveCount(0);
  await log(desk).focus();
  await desk.keyboard.press('Shift+Delete');
  await expect(row(desk, /0100/)).toBeVisible();
});

test('a deletion says that it is pending, also after a reload', async ({ desk, system }) => {
  await receiveFrom(system, TEN.slice(0, 2));
  await open(desk, /0101/);
  await desk.getByRole('button', { name: 'Delete conversation' }).click();
  await expect(bubble(desk, 'Hello from 0100'), 'on to the next').toBeVisible();
  await desk.reload();
  await waitUntilLive(desk);
  await expect(row(desk, /0100/)).toBeVisible();
  await expect(row(desk, /0101/)).toHaveCount(0);
  await expect(desk.getByText(/^Deleting conversation with .*0101…$/)).toBeVisible();
  await desk.getByRole('button', { name: 'Undo' }).click();
  await expect(bubble(desk, 'Hello from 0101')).toBeVisible();
  await expect(row(desk, /0101/)).toBeVisible();
});

test('a thread that is open again after a new sign-in shows what is new', async ({
  desk,
  system,
}) => {
  const warnings: string[] = [];
  desk.on('console', (message) => warnings.push(message.text()));
  await receiveFrom(system, TEN.slice(0, 1));
  await open(desk, /0100/);
  await desk.route('**/api/**', (route) =>
    route.fulfill({ status: 401, contentType: 'application/problem+json', body: '{}' }),
  );
  await desk.keyboard.press('3');
  await expect(desk.getByLabel('Password')).toBeVisible();
  await desk.unroute('**/api/**');
  await signInHere(desk);
  await system.receiveSms(TEN[0] ?? '', 'Another one');
  await expect(bubble(desk, 'Another one')).toBeVisible();
  await answer(desk, 'I see it');
  await expect(bubble(desk, 'I see it')).toHaveAttribute('data-status', 'delivered');
  expect(warnings.filter((text) => text.includes('derived_inert'))).toEqual([]);
});
