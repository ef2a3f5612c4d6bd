import { type CDPSession, type JSHandle, type Locator, type Page, test } from '@playwright/test';
import { log, open } from '../desk.ts';
import { System } from '../system.ts';
import { waitUntilLive } from '../test.ts';
import { watch, type Watch } from './frames.ts';
import { loadAverage, spread, Table } from './report.ts';

/* Scrolling through very many messages and very many conversations, with the wheel and by dragging. */

const MESSAGES = 10_000;
const CONVERSATIONS = 5_000;
const CONCURRENCY = 8;
const NUMBER = '+12065550123';
const SECONDS = 10;
const SENTENCE =
  'The rear wheel is true again and the chain is new, so you can fetch it after four. ';
const table = new Table(
  'scrolling',
  'Headless Chromium at 1440 × 900 on the same cores. Frames are those of `requestAnimationFrame`, 60 per second when none is late. Blank: the middle of the view was empty. Jumps: content moved by more than 2 px without scrolling. The heap is read after a garbage collection.',
  [
    'what',
    'load before',
    'frames',
    'p50 ms',
    'p99 ms',
    'max ms',
    'over 25 ms',
    'over 50 ms',
    'blank',
    'jumps',
    'largest jump px',
    'scrolled px',
    'rows at once',
    'elements at once',
    'heap MB',
  ],
);

test.describe.configure({ mode: 'serial' });
test.use({
  viewport: { width: 1440, height: 900 },
  contextOptions: { reducedMotion: 'no-preference' },
});

test('a conversation of ten thousand messages', async ({ page }) => {
  const system = await System.start({ persistent: true });
  await atOnce(MESSAGES, (n) =>
    system.receiveSms(NUMBER, `Message ${String(n)}. ${SENTENCE.repeat(n % 5)}`),
  );
  await system.markAllRead();
  await page.goto(system.deskLink);
  await waitUntilLive(page);
  await open(page, /0123/);
  await log(page).getByRole('article').last().waitFor();

  const scroll = await Scroll.of(page, log(page), '[role=log] article');
  const name = `thread of ${MESSAGES.toLocaleString('en')}`;
  await scroll.measure(`${name}: at rest, nothing to do`, (view) =>
    view.evaluate((one) => one.rest(300)),
  );
  await scroll.measure(`${name}: wheel up, 1,500 px/s`, () => scroll.wheel(1500));
  await scroll.measure(`${name}: wheel up, 3,000 px/s`, () => scroll.wheel(3000));
  await scroll.measure(`${name}: to the top again and again, until all are read`, (view) =>
    hold(view, -1, log(page).getByText(/^The conversation began on/)),
  );
  await scroll.measure(`${name}: all read, wheel down, 3,000 px/s`, () => scroll.wheel(-3000));
  await scroll.measure(`${name}: all read, dragged to the end in 300 frames`, (view) =>
    view.evaluate((one) => one.drag(300)),
  );
  await scroll.measure(`${name}: all read, wheel up, 3,000 px/s`, () => scroll.wheel(3000));
  await system.stop();
});

test('a list of five thousand conversations', async ({ page }) => {
  const system = await System.start({ persistent: true });
  await atOnce(CONVERSATIONS, (n) =>
    system.receiveSms(
      `+1206555${String(1000 + n).padStart(4, '0')}`,
      `I am number ${String(n)}. ${SENTENCE}`,
    ),
  );
  await page.goto(system.deskLink);
  await waitUntilLive(page);

  const list = page.getByRole('region', { name: 'Conversations' });
  const scroll = await Scroll.of(page, list, '[data-row]');
  const name = `list of ${CONVERSATIONS.toLocaleString('en')}`;
  await scroll.measure(`${name}: wheel down, 1,500 px/s`, () => scroll.wheel(-1500));
  await scroll.measure(`${name}: wheel down, 3,000 px/s`, () => scroll.wheel(-3000));
  await scroll.measure(`${name}: to the end again and again, until all are read`, (view) =>
    hold(view, 1, list.locator(`[aria-setsize="${String(CONVERSATIONS)}"]`).first()),
  );
  await scroll.measure(`${name}: all read, wheel up, 3,000 px/s`, () => scroll.wheel(3000));
  await scroll.measure(`${name}: all read, dragged to the top in 300 frames`, (view) =>
    view.evaluate((one) => one.drag(300)),
  );
  await system.stop();
});

/** A scroller with its rows and a wheel. */
class Scroll {
  readonly #page: Page;
  readonly #browser: CDPSession;
  readonly #row: string;
  readonly #middle: { x: number; y: number };

  private constructor(
    page: Page,
    browser: CDPSession,
    row: string,
    middle: { x: number; y: number },
  ) {
    this.#page = page;
    this.#browser = browser;
    this.#row = row;
    this.#middle = middle;
  }

  static async of(page: Page, place: Locator, row: string): Promise<Scroll> {
    await page.locator(row).first().waitFor();
    const box = await place.boundingBox();
    if (!box) throw new Error('There is nothing to scroll.');
    const middle = { x: box.x + box.width / 2, y: box.y + box.height / 2 };
    return new Scroll(page, await page.context().newCDPSession(page), row, middle);
  }

  /** Measures an action and writes a row. */
  async measure(what: string, act: (view: JSHandle<Watch>) => Promise<void>): Promise<void> {
    const load = loadAverage();
    const view = await watch(this.#page, this.#row);
    await act(view);
    const seen = await view.evaluate((one) => one.stop());
    await view.dispose();
    await this.#browser.send('HeapProfiler.collectGarbage');
    const { usedSize } = await this.#browser.send('Runtime.getHeapUsage');
    const [frames, p50, p99, , most] = spread(seen.gaps);
    const over = (bar: number) => {
      const count = seen.gaps.filter((gap) => gap > bar).length;
      return `${String(count)} (${((count / seen.gaps.length) * 100).toFixed(1)} %)`;
    };
    table.row(
      what,
      load,
      ...[frames, p50, p99, most, over(25), over(50), seen.blank, seen.jumps].map(String),
      ...[seen.furthest.toFixed(1), seen.scrolled.toFixed(0), seen.rows, seen.elements],
      (usedSize / 1e6).toFixed(1),
    );
  }

  /** Turns the wheel at this speed (px/s); up if positive. */
  async wheel(speed: number): Promise<void> {
    await this.#browser.send('Input.synthesizeScrollGesture', {
      ...this.#middle,
      yDistance: speed * SECONDS,
      speed: Math.abs(speed),
      gestureSourceType: 'mouse',
    });
  }
}

/** Stays at the top (-1) or end (1) until `sign` appears. */
async function hold(view: JSHandle<Watch>, end: -1 | 1, sign: Locator): Promise<void> {
  await view.evaluate((one, end) => one.hold(end), end);
  await sign.waitFor({ state: 'attached', timeout: 240_000 });
  await view.evaluate((one) => one.hold(0));
}

/** Runs an action for 1 to `count`, several at once. */
async function atOnce(count: number, act: (n: number) => Promise<void>): Promise<void> {
  let next = 0;
  const worker = async () => {
    while (next < count) await act(++next);
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, worker));
}
