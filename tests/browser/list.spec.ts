import { answer, messageField, log, open, row } from './desk.ts';
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
  await expect(desk.getByText('Waiting 2')).toBeVisible();
});

test('the filters show waiting, open and closed conversations', async ({ desk, system }) => {
  await system.receiveSms('+12065550123', 'Read me');
  await system.receiveSms('+12065550124', 'Leave me');
  await open(desk, /0123/);
  await expect(row(desk, /0123/)).not.toContainText('unread');
  await desk.getByRole('button', { name: 'Close conversation' }).first().click();
  await expect(row(desk, /0123/)).toHaveCount(0);

  await desk.getByText('Closed', { exact: true }).first().click();
  await expect(row(desk, /0123/)).toBeVisible();
  await expect(row(desk, /0124/)).toHaveCount(0);

  await desk.getByRole('radio', { name: 'Waiting 1' }).check({ force: true });
  await open(desk, /0124/);
  await expect(row(desk, /0124/)).not.toContainText('unread');
  await expect(desk, 'read, but not answered').toHaveTitle('(1) Partyline');
  await answer(desk, 'Here I am');
  await expect(desk).toHaveTitle('Partyline');
  await expect(row(desk, /0124/), 'it stays while it is open').toBeVisible();
  await messageField(desk).press('Escape');
  await desk.keyboard.press('Escape');
  await expect(desk.getByRole('heading', { name: 'You’re all caught up.' })).toBeVisible();
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
  for (const filter of ['Open', 'Waiting', 'Closed']) {
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

test('the longest waiting come first, and mark unread and no reply needed move them', async ({
  desk,
  system,
}) => {
  for (const end of ['0101', '0102', '0103']) await system.receiveSms(`+1206555${end}`, 'Hello');
  await system.receiveSms('+12065550101', 'Still waiting');
  await desk.keyboard.press('1');
  const names = () => row(desk, /./).locator('.who').allTextContents();
  const ends = async () => (await names()).map((name) => name.slice(-4));
  await expect.poll(ends).toEqual(['0101', '0102', '0103']);
  await open(desk, /0101/);
  await expect(row(desk, /0101/)).not.toContainText('unread');
  await log(desk).focus();

  // Unread again, and on to the next.
  await desk.keyboard.press('u');
  await expect(row(desk, /0101/)).toContainText('1 unread message');
  await expect(row(desk, /0102/)).toHaveAttribute('aria-current', 'true');
  await desk.keyboard.press('x');
  await expect(row(desk, /0102/)).toHaveCount(0);
  await expect(row(desk, /0103/)).toHaveAttribute('aria-current', 'true');
  await expect(desk.getByRole('radio', { name: 'Waiting 2' })).toBeAttached();
  await desk.keyboard.press('z');
  await expect(row(desk, /0102/)).toHaveAttribute('aria-current', 'true');
  await expect(desk.getByRole('radio', { name: 'Waiting 3' })).toBeAttached();

  await desk.getByRole('button', { name: 'Menu' }).click();
  await desk.getByRole('button', { name: 'No reply needed' }).click();
  await expect(row(desk, /0102/)).toHaveCount(0);
  await desk.keyboard.press('Control+k');
  await desk.keyboard.type('no reply');
  await desk.keyboard.press('Enter');
  await expect(desk.getByRole('radio', { name: 'Waiting 1' })).toBeAttached();
});

test('the number of those who wait is true, and that of the channel that is shown', async ({
  desk,
  system,
}) => {
  for (let at = 100; at < 201; at += 1) {
    await system.receiveSms(`+12065550${String(at)}`, 'Hello');
  }
  await system.receiveWhatsapp('+12065550300', 'Hello');
  await desk.reload();
  await expect(desk.getByRole('radio', { name: 'Waiting 99+' })).toBeAttached();
  await expect(desk).toHaveTitle('(99+) Partyline');
  await desk.getByLabel('Channel').selectOption({ label: 'WhatsApp' });
  await expect(desk.getByRole('radio', { name: /^Waiting 1$/ })).toBeAttached();
  await expect(desk).toHaveTitle('(1) Partyline');
});
