import type { CDPSession, Page } from '@playwright/test';

/** A size of the view (px). */
export interface Size {
  width: number;
  height: number;
}

/** The sizes of screens and pictures: a desktop with a mouse, and a phone with touch. */
export const SIZES = { wide: { width: 1440, height: 900 }, narrow: { width: 390, height: 844 } };

/** Below this width (px), a view has touch and no mouse. */
const TOUCH_WIDTH = 760;

const sessions = new WeakMap<Page, Promise<CDPSession>>();

/** Resizes the view. A narrow one has touch instead of a mouse, as phones do. */
export async function resize(page: Page, size: Size): Promise<void> {
  await page.setViewportSize(size);
  // The emulation ends with its session.
  const session = sessions.get(page) ?? page.context().newCDPSession(page);
  sessions.set(page, session);
  const enabled = size.width < TOUCH_WIDTH;
  await (await session).send('Emulation.setTouchEmulationEnabled', { enabled });
}

/** Returns how far (px) the page and its frames scroll, down and sideways. */
export function scrollable(page: Page): Promise<{ down: number; sideways: number }> {
  return page.evaluate(() => {
    const frames = [...document.querySelectorAll('iframe')].map((frame) => frame.contentDocument);
    const pages = [document, ...frames].flatMap((one) => one?.documentElement ?? []);
    return {
      down: Math.max(...pages.map((one) => one.scrollHeight - one.clientHeight)),
      sideways: Math.max(...pages.map((one) => one.scrollWidth - one.clientWidth)),
    };
  });
}
