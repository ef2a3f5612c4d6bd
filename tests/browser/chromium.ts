import { existsSync } from 'node:fs';

/** Where common systems install Chromium. */
const PLACES = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/snap/bin/chromium',
  '/usr/bin/google-chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/** Returns the path of Chromium: `CHROMIUM`, or the system's. */
export function chromium(): string {
  const place = [process.env.CHROMIUM, ...PLACES].find((one) => one && existsSync(one));
  if (place) return place;
  throw new Error(
    'These tests need Chromium. Install it (Debian and Ubuntu: apt install chromium; ' +
      'macOS: brew install --cask chromium), or set CHROMIUM to where it is.',
  );
}
