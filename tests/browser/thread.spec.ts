import type { Route } from '@playwright/test';
import { answer, bubble, expectStatus, log, loseFocus, open, row } from './desk.ts';
import { expect, test } from './test.ts';

test('closing can be undone, and a new message reopens a closed conversation', async ({
  desk,
  system,
}) => {
  await system.receiveSms('+12065550123', 'Thanks, that is all');
  await open(desk, /0123/);
  await desk.getByRole('button', { name: 'Close conversation' }).first().click();
  await expect(row(desk, /0123/)).toHaveCount(0);
  await desk.getByRole('button', { name: 'Undo' }).click();
  await expect(row(desk, /0123/)).toBeVisible();

  await desk.getByRole('button', { name: 'Close conversation' }).first().click();
  await expect(row(desk, /0123/)).toHaveCount(0);
  await system.receiveSms('+12065550123', 'One more thing');
  await expect(row(desk, /0123/)).toContainText('One more thing');
});

test('older messages load above without moving the view', async ({ desk, system }) => {
  for (let at = 1; at <= 120; at += 1) {
    await system.receiveSms('+12065550123', `Message number ${String(at)}`);
  }
  await system.markAllRead();
  await expect(row(desk, /0123/)).not.toContainText('unread');
  await open(desk, /0123/);
  await expect(log(desk).getByText('Message number 120', { exact: true })).toBeInViewport();
  expect(await log(desk).getByRole('article').count(), 'only what is near is drawn').toBeLessThan(
    60,
  );

  await log(desk).focus();
  let release: () => void = () => undefined;
  const released = new Promise<void>((go) => (release = go));
  const held = async (route: Route) => {
    await released;
    await route.continue();
  };
  await desk.route(/\/messages\?.*before=/, held, { times: 1 });
  const asked = desk.waitForRequest(/\/messages\?.*before=/);
  await log(desk).evaluate(async (scroller) => {
    const frame = () => new Promise((done) => requestAnimationFrame(done));
    scroller.scrollTop = 900;
    for (let frames = 0; frames < 6; frames += 1) await frame();
    // Close enough to the top to load older messages; the middle must not move.
    scroller.scrollTop = 500;
    for (let frames = 0; frames < 2; frames += 1) await frame();
  });
  await asked;
  const watched = log(desk).evaluate(async (scroller) => {
    const frame = () => new Promise((done) => requestAnimationFrame(done));
    const middle = scroller.getBoundingClientRect().top + scroller.clientHeight / 2;
    const anchor = [...scroller.querySelectorAll('article')].find(
      (one) => one.getBoundingClientRect().bottom > middle,
    );
    if (!anchor) throw new Error('the middle is empty');
    const [top, height] = [anchor.getBoundingClientRect().top, scroller.scrollHeight];
    scroller.dataset.watched = '';
    let most = 0;
    for (let after = 0; after < 6; await frame()) {
      most = Math.max(most, Math.abs(anchor.getBoundingClientRect().top - top));
      if (scroller.scrollHeight > height + 500) after += 1;
    }
    return most;
  });
  await expect(log(desk)).toHaveAttribute('data-watched');
  release();
  expect(await watched, 'pixels that the message in view moved').toBeLessThanOrEqual(1);
  await expect(async () => {
    await log(desk).press('Home');
    await expect(log(desk).getByText(/^Conversation started on/)).toBeInViewport({
      timeout: 500,
    });
  }).toPass();
  await expect(log(desk).getByText('Message number 1', { exact: true })).toBeInViewport();
  await log(desk).press('End');
  await expect(log(desk).getByText('Message number 120', { exact: true })).toBeInViewport();
});

test('the first unread message is marked, and reading removes the badge', async ({
  desk,
  system,
}) => {
  await system.receiveSms('+12065550123', 'An old one');
  await open(desk, /0123/);
  await expect(row(desk, /0123/)).not.toContainText('unread');
  await system.receiveSms('+12065550124', 'Another customer');
  await open(desk, /0124/);
  await system.receiveSms('+12065550123', 'A new one');
  await system.receiveSms('+12065550123', 'And another');
  await expect(row(desk, /0123/)).toContainText('2 unread messages');

  await open(desk, /0123/);
  await expect(log(desk).getByText(/^New since \d\d:\d\d$/)).toBeVisible();
  const texts = await log(desk).locator('[data-unread-marker], .bubble').allTextContents();
  expect(texts.map((text) => text.trim().replace(/\d\d:\d\d/, '…'))).toEqual([
    'An old one',
    'New since …',
    'A new one',
    'And another',
  ]);
  await expect(row(desk, /0123/)).not.toContainText('unread');
});

test('a message stays unread on an inactive page until the user returns', async ({
  desk,
  system,
}) => {
  await system.receiveSms('+12065550123', 'While you are here');
  await open(desk, /0123/);
  await expect(row(desk, /0123/)).not.toContainText('unread');
  const elsewhere = await loseFocus(desk);
  await system.receiveSms('+12065550123', 'While you are away');
  await expect(bubble(desk, 'While you are away')).toBeAttached();
  await expect(row(desk, /0123/)).toContainText('1 unread message');
  await expect(desk).toHaveTitle('(1) Partyline');
  await elsewhere.close();
  await desk.bringToFront();
  await expect(row(desk, /0123/)).not.toContainText('unread');
  await expect(log(desk).getByText(/^New since/)).toBeVisible();
});

test('a message out of view stays unread until it is scrolled to', async ({ desk, system }) => {
  for (let at = 1; at <= 40; at += 1) {
    await system.receiveSms('+12065550123', `Message number ${String(at)}`);
  }
  await open(desk, /0123/);
  await desk.getByRole('button', { name: /^Jump to latest|new message/ }).click();
  await expect(row(desk, /0123/)).not.toContainText('unread');
  await log(desk).press('Home');
  await expect(desk.getByRole('button', { name: 'Jump to latest' })).toBeVisible();
  await system.receiveSms('+12065550123', 'Down here');
  await expect(desk.getByRole('button', { name: '1 new message' })).toBeVisible();
  await expect(row(desk, /0123/)).toContainText('1 unread message');
  await desk.getByRole('button', { name: '1 new message' }).click();
  await expect(bubble(desk, 'Down here')).toBeInViewport();
  await expect(row(desk, /0123/)).not.toContainText('unread');
});

test('a jump to the latest message during loading is kept when the next one arrives', async ({
  desk,
  system,
}) => {
  for (let at = 1; at <= 40; at += 1) {
    await system.receiveSms('+12065550123', `Message number ${String(at)}`);
  }
  await expect(row(desk, /0123/)).toContainText('40 unread');
  await desk.exposeFunction('next', () => system.receiveSms('+12065550123', 'And one more'));
  const clicked = desk.evaluate(
    () =>
      new Promise<unknown>((resolve) => {
        const look = () => {
          const newest = document.querySelector<HTMLButtonElement>('[role=log] ~ button');
          if (!newest) return void requestAnimationFrame(look);
          newest.click();
          resolve((window as unknown as { next: () => Promise<void> }).next());
        };
        look();
      }),
  );
  await open(desk, /0123/);
  await clicked;
  await expect(row(desk, /0123/)).toContainText('And one more');
  await expect(row(desk, /0123/)).not.toContainText('unread');
  await expect(bubble(desk, 'And one more')).toBeInViewport();
});

test('a reply is shown at once and ends as delivered', async ({ desk, system }) => {
  const phone = await system.addPhone('+12065550123');
  await phone.sendText('Hello?');
  await open(desk, /0123/);
  await answer(desk, 'Hello, this is the desk.');
  await expect(bubble(desk, 'this is the desk')).toBeVisible();
  await expectStatus(desk, 'this is the desk', 'delivered');
  expect(await phone.listTexts()).toEqual(['Hello?', 'Hello, this is the desk.']);
});
