import type { Frame, Page } from '@playwright/test';
import { resize, SIZES } from './sizes.ts';
import { expect, waitUntilLive, test } from './test.ts';

/** The system has persistent state, as with `make run`. */
test.use({ startOptions: { persistent: true } });

test('a message from the phone is answered on the desk, and a kill loses nothing', async ({
  page,
  system,
}) => {
  await page.goto(system.link);
  const desk = page.frameLocator('iframe[title="Desk"]');
  await expect(desk.getByRole('status').filter({ hasText: 'Live' })).toBeAttached();
  expect(page.url(), 'the link stays in no history').not.toContain('sign-in');

  const phone = page.getByRole('article', { name: 'Ada Byron’s phone' });
  await write(phone, 'Is my order ready?');

  const row = desk.getByRole('link', { name: /\(206\) 555-0100/ });
  await expect(row).toContainText('Is my order ready?');
  await expect(row).toContainText('1 unread message');
  await expect.poll(() => deskOf(page).title()).toBe('(1) Partyline');
  await expect(page.getByText(/stored \d.* · on screen \d/)).toBeVisible();

  await row.click();
  const log = desk.getByRole('log');
  await expect(log.getByText('Is my order ready?')).toBeVisible();
  await expect(row).not.toContainText('unread');

  await system.armFault({ on: 'pace', sending_ms: 60, sent_ms: 1000, delivered_ms: 1500 });
  const statuses = await noteStatuses(deskOf(page));
  await desk.getByLabel(/^Message to/).fill('It is. Come by until six.');
  await desk.getByLabel(/^Message to/).press('Enter');
  await expect(phone.getByText('It is. Come by until six.')).toBeVisible();
  await expect(log.getByText('Delivered')).toBeAttached();
  await expect.poll(() => deskOf(page).title()).toBe('Partyline');
  expect(inOrder(await statuses(), ['queued', 'sent', 'delivered'])).toBe(true);

  const before = ['one', 'two', 'three', 'four', 'five'];
  for (const text of before) await write(phone, `Before the kill: ${text}`);
  await system.kill();
  await desk.getByLabel(/^Message to/).fill('Answered into the dark');
  await desk.getByLabel(/^Message to/).press('Enter');
  await expect(desk.getByText('Your text is back in the message field')).toBeVisible();
  await expect(desk.getByText(/^Offline since/).first()).toBeVisible();
  await system.restart();
  await expect(desk.getByRole('status').filter({ hasText: 'Live' })).toBeAttached({
    timeout: 30_000,
  });
  await desk.getByLabel(/^Message to/).press('Enter');
  await write(phone, 'After the kill');

  const theirs = [
    'Is my order ready?',
    ...before.map((text) => `Before the kill: ${text}`),
    'After the kill',
  ];
  const ours = ['It is. Come by until six.', 'Answered into the dark'];
  await expect.poll(() => textsOf(deskOf(page), 'inbound')).toEqual(theirs.toSorted());
  await expect.poll(() => textsOf(deskOf(page), 'outbound')).toEqual(ours.toSorted());
  for (const text of ours) await expect(phone.getByText(text)).toHaveCount(1);

  await page.reload();
  await expect(desk.getByRole('link', { name: /\(206\) 555-0100/ })).toHaveCount(1);
  await desk.getByRole('link', { name: /\(206\) 555-0100/ }).click();
  await expect.poll(() => textsOf(deskOf(page), 'inbound')).toEqual(theirs.toSorted());
  expect(await textsOf(deskOf(page), 'outbound')).toEqual(ours.toSorted());
});

test('at 390 px the Phones page shows one phone, whose message reaches another desk', async ({
  page,
  system,
  secondDesk,
}) => {
  await system.addPhone('+12065550123', 'Grace');
  await resize(page, SIZES.narrow);
  await page.goto('/phones');
  await page.getByLabel('Choose a phone').selectOption('Grace');
  await write(page.getByRole('article', { name: 'Grace’s phone' }), 'From the small screen');
  await expect(secondDesk.getByRole('link', { name: /0123/ })).toContainText(
    'From the small screen',
  );
  await waitUntilLive(secondDesk);
});

async function write(phone: ReturnType<Page['getByRole']>, text: string): Promise<void> {
  await phone.getByLabel('Text message').fill(text);
  await phone.getByLabel('Text message').press('Enter');
  await expect(phone.getByText(text, { exact: true })).toBeVisible();
}

function deskOf(page: Page): Frame {
  const frame = page.frames().find((one) => one !== page.mainFrame());
  if (!frame) throw new Error('There is no desk beside the phones');
  return frame;
}

/** Records every status of the newest bubble. */
async function noteStatuses(frame: Frame): Promise<() => Promise<string[]>> {
  const noted = await frame.evaluateHandle(() => {
    const statuses: string[] = [];
    const look = () => {
      const last = [...document.querySelectorAll('[data-direction=outbound]')].at(-1);
      const status = last?.getAttribute('data-status');
      if (status && status !== statuses.at(-1)) statuses.push(status);
    };
    new MutationObserver(look).observe(document.body, {
      subtree: true,
      childList: true,
      attributes: true,
      attributeFilter: ['data-status'],
    });
    return statuses;
  });
  return () => noted.jsonValue();
}

function inOrder(all: string[], wanted: string[]): boolean {
  let from = -1;
  return wanted.every((one) => (from = all.indexOf(one, from + 1)) >= 0);
}

/** Returns the sorted texts of one side of the thread. */
function textsOf(frame: Frame, direction: string): Promise<string[]> {
  const bubbles = frame.locator(`[data-direction=${direction}] .bubble`);
  return bubbles.allTextContents().then((texts) => texts.map((text) => text.trim()).sort());
}
