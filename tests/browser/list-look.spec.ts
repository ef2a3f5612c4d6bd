import { expect, test } from './test.ts';
import { answer, open, row } from './desk.ts';

test('a preview runs in its own direction, whatever stands before it', async ({ desk, system }) => {
  await system.receiveSms('+12065550123', 'Hello');
  await open(desk, /0123/);
  for (const text of ['شكرا لك!', 'תודה רבה!', 'مرحبا (1)', 'Thank you!']) {
    await answer(desk, text);
    await expect(row(desk, /0123/)).toContainText(text);
    const isAtStart = await row(desk, /0123/)
      .locator('.preview bdi')
      .evaluate((bdi) => {
        const node = bdi.firstChild as Text;
        const at = (index: number) => {
          const range = document.createRange();
          range.setStart(node, index);
          range.setEnd(node, index + 1);
          return range.getBoundingClientRect().left;
        };
        return at(node.length - 1) < at(0);
      });
    expect(isAtStart, `the last mark of ${text}`).toBe(text !== 'Thank you!');
  }
});

test('names, previews and unread conversations differ by strength', async ({ desk, system }) => {
  await system.receiveSms('+12065550123', 'Read');
  await system.receiveSms('+12065550124', 'Unread');
  await open(desk, /0123/);
  await expect(row(desk, /0123/)).not.toContainText('unread');
  const type = (number: string, part: string) =>
    row(desk, new RegExp(number))
      .locator(part)
      .evaluate((element) => {
        const { fontSize, lineHeight, fontWeight, color } = getComputedStyle(element);
        return { type: `${fontSize}/${lineHeight} ${fontWeight}`, color };
      });
  const [ink, ink3] = ['rgb(19, 31, 35)', 'rgb(93, 106, 110)'];
  expect(await type('0123', '.who')).toEqual({ type: '14px/20px 560', color: ink });
  expect(await type('0124', '.who')).toEqual({ type: '14px/20px 680', color: ink });
  expect(await type('0123', '.preview')).toEqual({ type: '13px/18px 400', color: ink3 });
  expect(await type('0124', '.preview')).toEqual({ type: '13px/18px 400', color: ink });
});

test('a contact who has opted out has a mark in the row', async ({ desk, system }) => {
  await system.receiveSms('+12065550123', 'STOP');
  await system.receiveSms('+12065550124', 'Hello');
  await expect(row(desk, /0123/).getByRole('img', { name: 'Opted out' })).toBeVisible();
  await expect(row(desk, /0124/).getByRole('img', { name: 'Opted out' })).toHaveCount(0);
});

test('the columns grow with the window', async ({ desk, system }) => {
  await system.receiveSms('+12065550123', 'Hello');
  await open(desk, /0123/);
  const width = async (locator: ReturnType<typeof desk.locator>) =>
    Math.round((await locator.boundingBox())?.width ?? 0);
  for (const { viewport, list, contact, measure } of [
    { viewport: 1280, list: 336, contact: 304, measure: 680 },
    { viewport: 1600, list: 384, contact: 320, measure: 760 },
    { viewport: 2560, list: 440, contact: 380, measure: 760 },
  ]) {
    await desk.setViewportSize({ width: viewport, height: 900 });
    expect(await width(desk.getByRole('region', { name: 'Conversations' }))).toBe(list);
    expect(await width(desk.getByRole('complementary'))).toBe(contact);
    const token = await desk.evaluate(() => {
      const probe = document.body.appendChild(document.createElement('div'));
      probe.style.width = 'var(--measure)';
      const { width } = probe.getBoundingClientRect();
      probe.remove();
      return width;
    });
    expect(token).toBe(measure);
  }
});

test('the middle says what the list does not have, and the list says it next to a thread', async ({
  desk,
  system,
}) => {
  await system.receiveSms('+12065550123', 'Hello');
  await expect(row(desk, /0123/)).toBeVisible();
  const list = desk.getByRole('region', { name: 'Conversations' });
  const middle = desk.getByRole('region', { name: 'Select a conversation.' });
  await expect(middle.getByRole('heading', { name: 'Select a conversation.' })).toBeVisible();
  await desk.keyboard.press('3');
  await expect(middle.getByRole('heading', { name: 'No closed conversations.' })).toBeVisible();
  await expect(list.getByRole('heading')).toHaveCount(0);
  await desk.getByRole('searchbox').fill('unknown');
  await expect(middle.getByRole('heading', { name: /No results/ })).toBeVisible();
  await desk.getByRole('searchbox').fill('0123');
  await open(desk, /0123/);
  await desk.getByRole('searchbox').fill('unknown');
  await expect(list.getByRole('heading', { name: /No results/ })).toBeVisible();
});

test('a notice does not cover the last row', async ({ desk, system }) => {
  for (let at = 10; at < 40; at += 1) await system.receiveSms(`+120655502${String(at)}`, 'Hello');
  await desk.reload();
  await expect(row(desk, /0239/)).toBeVisible();
  for (let at = 0; at < 30; at += 1) await desk.keyboard.press('j');
  await expect(row(desk, /0210/)).toHaveAttribute('aria-current', 'true');
  await desk.keyboard.press('e');
  await expect(row(desk, /0211/)).toHaveAttribute('aria-current', 'true');
  const notice = desk.getByRole('button', { name: 'Undo' });
  await expect(notice).toBeVisible();
  await expect
    .poll(async () => {
      const [last, toast] = [await row(desk, /0211/).boundingBox(), await notice.boundingBox()];
      return last && toast && last.y + last.height <= toast.y;
    })
    .toBe(true);
});

test.describe('with a fake clock', () => {
  test.use({ fakeClock: true });

  test('a row says how long the customer has waited, and is marked after five minutes', async ({
    desk,
    system,
  }) => {
    await system.receiveSms('+12065550123', 'Call me back today, please');
    const waits = row(desk, /0123/);
    const lamp = waits.locator('.badge');
    await expect(waits).toContainText('now');
    await open(desk, /0123/);
    await expect(waits).not.toContainText('unread');
    await expect(lamp, 'read, and not for long').toHaveCount(0);
    await desk.clock.fastForward(3.5 * 60_000);
    await desk.clock.runFor(31_000);
    await expect(waits.getByText('waiting 4 min')).toHaveCSS('color', 'rgb(93, 106, 110)');
    await desk.clock.fastForward(9.5 * 60_000);
    // The page updates its times every 30 s.
    await expect(async () => {
      await desk.clock.runFor(31_000);
      const label = waits.getByText(/waiting 1[4-9] min/);
      await expect(label).toHaveCSS('color', 'rgb(145, 80, 6)', { timeout: 1000 });
    }).toPass();
    await expect(lamp, 'read, but not answered').toHaveCSS('background-color', 'rgb(202, 110, 6)');
    await answer(desk, 'We call at three');
    await expect(waits).toContainText('We call at three');
    await expect(waits).not.toContainText('waiting');
    await expect(lamp).toHaveCount(0);
  });
});
