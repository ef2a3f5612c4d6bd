import { messageField, log, open, row } from './desk.ts';
import { expect, test } from './test.ts';

test('a new message is counted in the row, the filter and the title', async ({ desk, system }) => {
  await system.receiveSms('+12065550123', 'Are you open on Sunday?');
  await expect(row(desk, /0123/)).toContainText('Are you open on Sunday?');
  await system.receiveSms('+12065550123', 'From ten, perhaps?');
  await expect(row(desk, /0123/)).toContainText('2 unread messages');
  await expect(desk).toHaveTitle('(1) Partyline');
  await system.receiveSms('+4915112345678', 'Guten Tag');
  await expect(desk).toHaveTitle('(2) Partyline');
  await expect(row(desk, /./).first()).toContainText('Guten Tag');
  await expect(desk.getByText('Unread 2')).toBeVisible();
});

test('the filters show open, unread and closed conversations', async ({ desk, system }) => {
  await system.receiveSms('+12065550123', 'Read me');
  await system.receiveSms('+12065550124', 'Leave me');
  await open(desk, /0123/);
  await expect(row(desk, /0123/)).not.toContainText('unread');
  await desk.getByRole('button', { name: 'Close conversation' }).first().click();
  await expect(row(desk, /0123/)).toHaveCount(0);

  await desk.getByText('Closed', { exact: true }).first().click();
  await expect(row(desk, /0123/)).toBeVisible();
  await expect(row(desk, /0124/)).toHaveCount(0);

  await desk.getByText('Unread').first().click();
  await open(desk, /0124/);
  await expect(row(desk, /0124/), 'it stays while it is open').toBeVisible();
  await expect(desk).toHaveTitle('Partyline');
});

test('a search finds the start of a word of the name and either end of the number', async ({
  desk,
  system,
}) => {
  await system.api('POST', '/api/conversations', {
    to: '+12065550123',
    contact_name: 'Maria del Carmen',
  });
  await system.receiveSms('+12065550123', 'Hola');
  await system.receiveSms('+447911123456', 'Hello');
  await expect(row(desk, /Maria/)).toBeVisible();
  const search = desk.getByRole('searchbox');
  for (const hit of ['carm', 'DEL', '0123', '+1206']) {
    await search.fill('unknown');
    await expect(row(desk, /./)).toHaveCount(0);
    await search.fill(hit);
    await expect(row(desk, /./)).toHaveCount(1);
    await expect(row(desk, /Maria/)).toBeVisible();
  }
  await search.press('Escape');
  await expect(row(desk, /./)).toHaveCount(2);
});

test('a search without hits says so', async ({ desk, system }) => {
  await system.receiveSms('+12065550124', 'Hello');
  await expect(row(desk, /0124/)).toBeVisible();
  await desk.getByRole('searchbox').fill('brigtn');
  await expect(desk.getByText('No results for “brigtn”.')).toBeVisible();
  await expect(desk.getByText('Open and closed conversations were searched.')).toBeVisible();
});

test('a search finds in all places, grouped, with the hit marked', async ({ desk, system }) => {
  const people = { 'Brigitte Waits': 1, 'Brigida Open': 2, 'Brigham Closed': 3, 'Ada Marsh': 4 };
  for (const [contact_name, end] of Object.entries(people)) {
    const to = `+1206555013${String(end)}`;
    await system.api('POST', '/api/conversations', { to, contact_name });
    if (end !== 2) await system.receiveSms(to, 'Hello');
  }
  await expect(row(desk, /./)).toHaveCount(4);
  await open(desk, /Brigham/);
  await expect(row(desk, /Brigham/)).not.toContainText('unread');
  await desk.getByRole('button', { name: 'Close conversation' }).first().click();
  await expect(row(desk, /./)).toHaveCount(3);
  const list = desk.getByRole('region', { name: 'Conversations' });
  for (const filter of ['Open', 'Unread', 'Closed']) {
    await desk.getByRole('radio', { name: filter }).check({ force: true });
    await expect(list.locator('mark'), 'a filter ends the search').toHaveCount(0);
    await desk.getByRole('searchbox').fill('BRIG');
    await expect(list.locator('mark'), filter).toHaveCount(3);
    const lines = await list.locator('h2, .who').allTextContents();
    expect(lines.map((line) => line.trim())).toEqual([
      'Waiting',
      'Brigitte Waits',
      'Open',
      'Brigida Open',
      'Closed',
      'Brigham Closed',
    ]);
    expect(await list.locator('mark').allTextContents()).toEqual(['Brig', 'Brig', 'Brig']);
  }
  // Headings take room of their own.
  const boxes = await Promise.all(
    ['Waiting', 'Open', 'Closed'].map((name) =>
      list.getByRole('heading', { name, exact: true }).boundingBox(),
    ),
  );
  expect(boxes.map((box, at) => Math.round((box?.y ?? 0) - (boxes[0]?.y ?? 0)) / 92 - at)).toEqual([
    0, 0, 0,
  ]);
  // A filter ends the search, also the chosen one.
  await desk.getByRole('radio', { name: 'Closed' }).click({ force: true });
  await expect(desk.getByRole('searchbox')).toHaveValue('');
  await expect(row(desk, /./)).toHaveCount(1);
});

test('a number is checked while typing, and only a valid one starts a conversation', async ({
  desk,
}) => {
  await desk.getByRole('button', { name: 'New conversation' }).first().click();
  const dialog = desk.getByRole('dialog', { name: 'New conversation' });
  const number = dialog.getByLabel('Phone number');
  await expect(number).toBeFocused();
  await number.fill('+1 206 555');
  await expect(number).toHaveAttribute('aria-invalid', 'true');
  await expect(dialog.getByText('Include the country code')).toHaveCount(0);
  await dialog.getByRole('button', { name: 'Start' }).click();
  await expect(dialog, 'a bad number begins nothing').toBeVisible();

  await number.fill('+1 206 555 0177');
  await expect(dialog.getByText('+12065550177 · US')).toBeVisible();
  await expect(number).not.toHaveAttribute('aria-invalid');
  await dialog.getByLabel('Name').fill('Wanda');
  await dialog.getByRole('button', { name: 'Start' }).click();
  await expect(dialog).toHaveCount(0);
  await expect(messageField(desk)).toBeFocused();
  await expect(log(desk)).toContainText('No messages yet.');
  await expect(row(desk, /Wanda/)).toContainText('No messages yet');
});

test('a number with a conversation leads to it', async ({ desk, system }) => {
  await system.receiveSms('+12065550123', 'I am here');
  await expect(row(desk, /0123/)).toBeVisible();
  await desk.keyboard.press('n');
  const dialog = desk.getByRole('dialog', { name: 'New conversation' });
  await dialog.getByLabel('Phone number').fill('(206) 555-0123');
  await expect(dialog.getByText('You already have a conversation with')).toBeVisible();
  await dialog.getByRole('button', { name: 'Open' }).first().click();
  await expect(log(desk)).toContainText('I am here');
});

test('a long list loads pages while scrolling and keeps its position', async ({ desk, system }) => {
  for (let at = 100; at < 165; at += 1) {
    await system.receiveSms(`+12065550${String(at)}`, `Text ${String(at)}`);
  }
  await desk.reload();
  await expect(row(desk, /0164/)).toBeVisible();
  await row(desk, /0164/).hover();
  await expect(async () => {
    await desk.mouse.wheel(0, 4000);
    await expect(row(desk, /0100/)).toBeInViewport({ timeout: 500 });
  }).toPass();
  expect(await row(desk, /./).count(), 'only what is near is drawn').toBeLessThan(60);
  await expect(row(desk, /0100/).locator('..')).toHaveAttribute('aria-posinset', '65');
  await expect(row(desk, /0100/).locator('..')).toHaveAttribute('aria-setsize', '65');

  // Another list and back keeps the scroll position.
  await desk.getByRole('radio', { name: 'Closed' }).check({ force: true });
  await expect(desk.getByRole('heading', { name: /closed/i })).toBeVisible();
  await desk.getByRole('radio', { name: 'Open' }).check({ force: true });
  await expect(row(desk, /0100/)).toBeInViewport();
});
