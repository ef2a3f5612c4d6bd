import { bubble, log, open, row, interceptSockets } from './desk.ts';
import { expect, waitUntilLive, test } from './test.ts';

test('a lost socket reconnects, and missed changes are loaded', async ({ page, system }) => {
  const line = await interceptSockets(page, system);
  await system.receiveSms('+12065550123', 'Before the cut');
  await open(page, /0123/);

  let allowTicket = () => {};
  const ticketAllowed = new Promise<void>((done) => (allowTicket = done));
  await page.route('**/api/sockets/ticket', async (route) => {
    await ticketAllowed;
    await route.continue();
  });
  await line.sockets.at(-1)?.close();
  await expect(page.getByRole('status').filter({ hasText: 'Syncing' })).toBeVisible();
  await system.receiveSms('+12065550123', 'During the cut');
  await system.receiveSms('+12065550124', 'A new customer');
  allowTicket();
  await waitUntilLive(page);
  await expect(bubble(page, 'During the cut')).toBeVisible();
  await expect(row(page, /0124/)).toContainText('A new customer');
  await system.receiveSms('+12065550123', 'After the cut');
  await expect(bubble(page, 'After the cut')).toBeVisible();
  expect(line.sockets).toHaveLength(2);
});

test.describe('with a fake clock', () => {
  test.use({ fakeClock: true });

  test('lost frames are corrected within 30 seconds', async ({ page, system }) => {
    const line = await interceptSockets(page, system);
    await system.receiveSms('+12065550123', 'Open');
    await system.receiveSms('+12065550124', 'To be closed by another');
    await open(page, /0123/);
    // The thread is loaded, so later changes arrive by a frame or a resync.
    await expect(bubble(page, 'Open')).toBeVisible();
    await expect(row(page, /0124/)).toBeVisible();

    line.dropFrames = true;
    await system.receiveSms('+12065550123', 'Never pushed');
    await system.receiveSms('+12065550125', 'Nor this');
    const { conversations } = await system.api<{
      conversations: { conversation_id: string; mobile_number: string }[];
    }>('GET', '/api/conversations?filter=open');
    const closed = conversations.find((one) => one.mobile_number === '+12065550124');
    await system.api('PATCH', `/api/conversations/${closed?.conversation_id ?? ''}`, {
      status: 'closed',
    });
    await expect.poll(() => line.dropped).toBeGreaterThanOrEqual(3);
    await expect(bubble(page, 'Never pushed')).toHaveCount(0);

    await page.clock.fastForward(20_000);
    await expect(bubble(page, 'Never pushed')).toBeVisible();
    await expect(row(page, /0125/)).toContainText('Nor this');
    await expect(row(page, /0124/), 'a row that left the list').toHaveCount(0);
    await expect(page).toHaveTitle('(2) Partyline');
    expect(line.sockets, 'the socket lived on').toHaveLength(1);
  });
});

test.describe('on a system with persistent state', () => {
  test.use({ startOptions: { persistent: true } });

  test('the desk shows that it is offline, and is live again after a restart', async ({
    desk,
    system,
  }) => {
    await system.receiveSms('+12065550123', 'Before');
    await open(desk, /0123/);
    await expect(bubble(desk, 'Before')).toBeVisible();
    await system.kill();
    await expect(desk.getByText(/^Offline since \d\d:\d\d\. You can keep writing/)).toBeVisible({
      timeout: 25_000,
    });
    await expect(bubble(desk, 'Before'), 'what was read stays').toBeVisible();
    await system.restart();
    await expect(desk.getByText(/^Offline since/)).toHaveCount(0, { timeout: 35_000 });
    await waitUntilLive(desk);
    await system.receiveSms('+12065550123', 'Afterwards');
    await expect(bubble(desk, 'Afterwards')).toBeVisible();
  });
});

test('a scrolled thread keeps its position after a reconnect', async ({
  context,
  desk,
  system,
}) => {
  for (let at = 1; at <= 40; at += 1) {
    await system.receiveSms('+12065550123', `Message number ${String(at)}`);
  }
  await system.markAllRead();
  await system.receiveSms('+12065550124', 'Another customer');
  await open(desk, /0123/);
  await expect(bubble(desk, 'Message number 40')).toBeInViewport();
  await open(desk, /0124/);
  await expect(bubble(desk, 'Another customer')).toBeInViewport();
  await context.setOffline(true);
  await expect(desk.getByText(/You can keep writing/)).toBeVisible();
  await open(desk, /0123/);
  await expect(bubble(desk, 'Message number 40')).toBeInViewport();
  await log(desk).press('Home');
  await expect(bubble(desk, 'Message number 1').first()).toBeInViewport();
  await context.setOffline(false);
  await expect(desk.getByRole('status').filter({ hasText: 'Live' })).toBeAttached();
  await expect(log(desk)).toHaveAttribute('aria-busy', 'false');
  await expect(bubble(desk, 'Message number 1').first()).toBeInViewport();
});
