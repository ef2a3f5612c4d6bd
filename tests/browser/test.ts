import { type BrowserContext, expect, type Page, test as base } from '@playwright/test';
import { ADMIN, type Start, System } from './system.ts';

export { expect };

/** What the browser itself writes when an answer is no 2xx or a line is cut: shown on the screen, and tested there. */
const OF_THE_NETWORK = /^Failed to load resource:|^WebSocket connection to /;

interface Fixtures {
  /** How the system is started. */
  starts: Start;
  /** Whether the timers of the test's own browser run by a clock that it can put forward. */
  ownClock: boolean;
  /** A system of the test's own, in memory. */
  system: System;
  /** The desk, signed in by link, with its list read. */
  desk: Page;
  /** Another agent's desk, in a browser of their own. */
  secondDesk: Page;
  /** What a browser complained of. Empty at the end of every test. */
  complaints: string[];
}

export const test = base.extend<Fixtures>({
  starts: [{}, { option: true }],
  ownClock: [false, { option: true }],

  system: async ({ starts }, use) => {
    const system = await System.start(starts);
    await use(system);
    await system.stop();
  },

  baseURL: async ({ system }, use) => use(system.url),

  complaints: [
    async ({}, use) => {
      const complaints: string[] = [];
      await use(complaints);
      expect(complaints, 'no error in the console, no violation of the policy').toEqual([]);
    },
    { auto: true },
  ],

  context: async ({ context, complaints, ownClock }, use) => {
    await listen(context, complaints);
    if (ownClock) await context.clock.install();
    await use(context);
  },

  desk: async ({ page, system }, use) => {
    await page.goto(system.deskLink);
    await ready(page);
    await use(page);
  },

  secondDesk: async ({ browser, system, complaints, contextOptions }, use) => {
    const context = await browser.newContext({ ...contextOptions, baseURL: system.url });
    await listen(context, complaints);
    const page = await context.newPage();
    await signIn(page);
    await use(page);
    await context.close();
  },
});

/** Opens the page and signs in with name and password. */
export async function signIn(page: Page, who = ADMIN): Promise<void> {
  await page.goto('/');
  await signInHere(page, who);
}

/** Signs in on the page that is there, with what it remembers. */
export async function signInHere(page: Page, { username, password } = ADMIN): Promise<void> {
  await page.getByLabel('Name').fill(username);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await ready(page);
}

/** The line is live and the list is there. */
export async function ready(page: Page): Promise<void> {
  // Looked for in shorter steps than an expectation takes: every test waits for it.
  await page.getByRole('status').filter({ hasText: 'Live' }).waitFor({ state: 'attached' });
}

/** Notes every error of the context's pages, and every violation of their policy, frames too. */
export async function listen(context: BrowserContext, complaints: string[]): Promise<void> {
  await context.addInitScript(() => {
    addEventListener('securitypolicyviolation', (event) => {
      console.error(`policy: ${event.violatedDirective} forbids ${event.blockedURI || 'inline'}`);
    });
  });
  context.on('weberror', (error) => complaints.push(error.error().message));
  context.on('console', (message) => {
    const text = message.text();
    if (message.type() === 'error' && !OF_THE_NETWORK.test(text)) complaints.push(text);
  });
}
