import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BrowserContext, chromium as browsers, test } from '@playwright/test';
import lighthouse, { desktopConfig, type Result } from 'lighthouse';
import { chromium } from '../chromium.ts';
import { log, open } from '../desk.ts';
import { ADMIN, System } from '../system.ts';
import { waitUntilLive, signIn } from '../test.ts';
import { keep, loadAverage, Table } from './report.ts';

/*
 * Lighthouse scores. The browser keeps its storage, so that it can be signed in, but its cache is cleared.
 */

const RUNS = 3;
const MESSAGES = 60;
const NUMBER = '+12065550123';
const PRESETS = { desktop: desktopConfig, mobile: undefined };
const CATEGORIES = ['performance', 'accessibility', 'best-practices'] as const;
const table = new Table(
  'lighthouse',
  `Lighthouse with its presets, simulated network and CPU throttling, empty cache; scores of ${String(RUNS)} runs each, and every audit that failed. The last full report of each is in \`target/bench\`.`,
  [
    'page',
    'preset',
    'load before',
    ...CATEGORIES,
    'largest paint s',
    'blocked ms',
    'layout shift',
    'failed audits',
  ],
);

test.describe.configure({ mode: 'serial' });

test('the sign-in page and a conversation of many messages', async () => {
  const system = await System.start({ persistent: true });
  for (let n = 1; n <= MESSAGES; n++) {
    await system.receiveSms(
      NUMBER,
      `Message ${String(n)}, about the bike that I brought on Monday.`,
    );
  }
  const folder = mkdtempSync(join(tmpdir(), 'partyline-chromium-'));
  const context = await browsers.launchPersistentContext(folder, {
    executablePath: chromium(),
    args: ['--remote-debugging-port=0'],
    baseURL: system.url,
  });
  context.setDefaultTimeout(30_000);
  const port = Number(readFileSync(join(folder, 'DevToolsActivePort'), 'utf8').split('\n')[0]);

  await scores('sign-in', `${system.url}/`, port, context);
  await system.markAllRead();
  const page = await context.newPage();
  await signIn(page, ADMIN);
  await open(page, /0123/);
  await log(page)
    .getByText(`Message ${String(MESSAGES)},`)
    .waitFor();
  await waitUntilLive(page);
  const address = page.url();
  await page.close();
  await scores('desk, a conversation open', address, port, context);

  await context.close();
  rmSync(folder, { recursive: true, force: true });
  await system.stop();
});

/** Writes a row for each preset. */
async function scores(
  what: string,
  address: string,
  port: number,
  context: BrowserContext,
): Promise<void> {
  for (const [preset, config] of Object.entries(PRESETS)) {
    const load = loadAverage();
    const seen: Look[] = [];
    for (let run = 0; run < RUNS; run++) {
      await forget(context);
      const result = await looked(address, port, config);
      keep(`lighthouse-${what.split(',')[0] ?? ''}-${preset}.json`, JSON.stringify(result));
      seen.push(lookOf(result));
    }
    const each = (value: (one: Look) => string) => seen.map(value).join(', ');
    const missed = [...new Set(seen.flatMap(({ missed }) => missed))];
    table.row(
      what,
      preset,
      load,
      ...CATEGORIES.map((category) => each(({ scores }) => String(scores[category]))),
      each(({ paint }) => (paint / 1000).toFixed(2)),
      each(({ blocked }) => blocked.toFixed(0)),
      each(({ shift }) => shift.toFixed(3)),
      missed.join(', ') || '–',
    );
  }
}

/** The result of one Lighthouse run. */
interface Look {
  /** By category, out of 100. */
  scores: Record<string, number>;
  /** The time to the largest contentful paint (ms). */
  paint: number;
  /** The total blocking time (ms). */
  blocked: number;
  /** The cumulative layout shift. */
  shift: number;
  /** Weighted audits that failed. */
  missed: string[];
}

async function looked(
  address: string,
  port: number,
  config: typeof desktopConfig | undefined,
): Promise<Result> {
  const flags = {
    port,
    disableStorageReset: true,
    onlyCategories: [...CATEGORIES],
    logLevel: 'error' as const,
  };
  const result = await lighthouse(address, flags, config);
  if (!result || result.lhr.runtimeError) {
    throw new Error(`Lighthouse did not run: ${result?.lhr.runtimeError?.message ?? 'no result'}`);
  }
  return result.lhr;
}

function lookOf({ audits, categories }: Result): Look {
  const value = (id: string) => audits[id]?.numericValue ?? NaN;
  const missed = Object.values(categories).flatMap(({ auditRefs }) =>
    auditRefs
      .filter(({ id, weight }) => weight > 0 && (audits[id]?.score ?? 1) < 0.9)
      .map(({ id }) => id),
  );
  return {
    scores: Object.fromEntries(
      Object.entries(categories).map(([id, { score }]) => [id, Math.round((score ?? 0) * 100)]),
    ),
    paint: value('largest-contentful-paint'),
    blocked: value('total-blocking-time'),
    shift: value('cumulative-layout-shift'),
    missed,
  };
}

/** Empties the cache. */
async function forget(context: BrowserContext): Promise<void> {
  const page = context.pages()[0] ?? (await context.newPage());
  const session = await context.newCDPSession(page);
  await session.send('Network.clearBrowserCache');
  await session.detach();
}
