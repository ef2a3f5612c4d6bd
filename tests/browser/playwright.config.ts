import { defineConfig } from '@playwright/test';
import { chromium } from './chromium.ts';

/** A time zone in which it is two in the afternoon: no test meets midnight, and a shop is open in the pictures. */
function afternoon(): string {
  const ahead = 14 - new Date().getUTCHours();
  const hours = ahead < -11 ? ahead + 24 : ahead;
  return `Etc/GMT${hours > 0 ? '-' : '+'}${String(Math.abs(hours))}`;
}

/** `desk` is what every check runs. `pictures` and `figures` make those of the documentation, on demand. */
export default defineConfig({
  testDir: '.',
  fullyParallel: true,
  forbidOnly: true,
  // One more than two cores: each of them waits for the system now and then.
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
      // What a trace records would be measured with the rest.
      use: { trace: 'off', actionTimeout: 30_000 },
    },
  ],
  use: {
    browserName: 'chromium',
    launchOptions: { executablePath: chromium() },
    locale: 'en-GB',
    timezoneId: afternoon(),
    viewport: { width: 1440, height: 900 },
    colorScheme: 'light',
    reducedMotion: 'reduce',
    // A trace slows every step down: TRACE=1 keeps those of what fails.
    trace: process.env.TRACE ? 'retain-on-failure' : 'off',
  },
});
