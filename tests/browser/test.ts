import { type BrowserContext, expect, type Page, test as base } from '@playwright/test';
import { ADMIN, type StartOptions, System } from './system.ts';

export { expect };

/** What the browser logs for failed requests and sockets. The page's reaction is tested elsewhere. */
const NETWORK_ERRORS = /^Failed to load resource:|^WebSocket connection to /;

interface Fixtures {
  /** How the system is started. */
  startOptions: StartOptions;
  /** Whether the page's timers use a clock that the test can advance. */
  fakeClock: boolean;
  /** A system for this test, in memory by default. */
  system: System;
  /** The desk, signed in by link and live. */
  desk: Page;
  /** A second desk in another browser context. */
  secondDesk: Page;
  /** Errors that the browsers logged. Must be empty at the end of every test. */
  browserErrors: string[];
}

export const test = base.extend<Fixtures>({
  startOptions: [{}, { option: true }],
  fakeClock: [false, { option: true }],

  system: async ({ startOptions }, use) => {
    const system = await System.start(startOptions);
    await use(system);
    await system.stop();
  },

  baseURL: async ({ system }, use) => use(system.url),

  browserErrors: [
    async ({}, use) => {
      const browserErrors: string[] = [];
      await use(browserErrors);
      expect(browserErrors, 'no error in the console, no violation of the policy').toEqual([]);
    },
    { auto: true },
  ],

  context: async ({ context, browserErrors, fakeClock }, use) => {
    await recordErrors(context, browserErrors);
    if (fakeClock) await context.clock.install();
    await use(context);
  },

  desk: async ({ page, system }, use) => {
    await page.goto(system.deskLink);
    await waitUntilLive(page);
    await use(page);
  },

  secondDesk: async ({ browser, system, browserErrors, contextOptions }, use) => {
    const context = await browser.newContext({ ...contextOptions, baseURL: system.url });
    await recordErrors(context, browserErrors);
    const page = await context.newPage();
    await signIn(page);
    await use(page);
    await context.close();
  },
});

/** Opens the page and signs in with username and password. */
export async function signIn(page: Page, who = ADMIN): Promise<void> {
  await page.goto('/');
  await signInHere(page, who);
}

/** Signs in on the current page. */
export async function signInHere(page: Page, { username, password } = ADMIN): Promise<void> {
  await page.getByLabel('Username').fill(username);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await waitUntilLive(page);
}

/** Waits until the connection is live and the list is loaded. */
export async function waitUntilLive(page: Page): Promise<void> {
  // Polls faster than an expectation, because every test waits for it.
  await page.getByRole('status').filter({ hasText: 'Live' }).waitFor({ state: 'attached' });
}

/** Records all errors and CSP violations of a context's pages and frames. */
export async function recordErrors(
  context: BrowserContext,
  browserErrors: string[],
): Promise<void> {
  await context.addInitScript(() => {
    addEventListener('securitypolicyviolation', (event) => {
      console.error(`policy: ${event.violatedDirective} forbids ${event.blockedURI || 'inline'}`);
    });
  });
  context.on('weberror', (error) => browserErrors.push(error.error().message));
  context.on('console', (message) => {
    const text = message.text();
    if (message.type() === 'error' && !NETWORK_ERRORS.test(text)) browserErrors.push(text);
  });
}
