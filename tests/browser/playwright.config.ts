import { defineConfig } from '@playwright/test';
import { chromium } from './chromium.ts';

/** Returns a time zone in which it is 2 p.m., so that no test runs across midnight. */
function afternoon(): string {
  const ahead = 14 - new Date().getUTCHours();
  const hours = ahead < -11 ? ahead + 24 : ahead;
  return `Etc/GMT${hours > 0 ? '-' : '+'}${String(Math.abs(hours))}`;
}

/** `desk` runs with every check; `pictures` and `figures` update the documentation on demand. */
export default defineConfig({
  testDir: '.',
  fullyParallel: true,
  forbidOnly: true,
  // One more than two cores, because each waits at times.
  workers: 3,
  retries: 0,
  timeout: 45_000,
  expect: { timeout: 10_000 },
  reporter: [['list']],
  outputDir: 'test-results',
  snapshotPathTemplate: 'screens/{arg}{ext}',
  projects: [
    { name: 'desk', testMatch: '*.spec.ts' },
    { name: 'pictures', testMatch: 'pictures.ts', timeout: 180_000 },
    {
      name: 'figures',
      testMatch: 'figures/*.figures.ts',
      timeout: 900_000,
      // A trace would be measured, too.
      use: { trace: 'off', actionTimeout: 30_000 },
    },
  ],
  use: {
    browserName: 'chromium',
    // Scroll bars are visible, as on most desktops, so that what they displace is seen.
    launchOptions: { executablePath: chromium(), ignoreDefaultArgs: ['--hide-scrollbars'] },
    locale: 'en-GB',
    timezoneId: afternoon(),
    viewport: { width: 1440, height: 900 },
    colorScheme: 'light',
    reducedMotion: 'reduce',
    // Traces slow down every step. TRACE=1 keeps those of failures.
    trace: process.env.TRACE ? 'retain-on-failure' : 'off',
  },
});
