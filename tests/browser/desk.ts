import { expect, type Locator, type Page, type WebSocketRoute } from '@playwright/test';
import type { System } from './system.ts';
import { waitUntilLive } from './test.ts';

/** Returns the row of a conversation in the list. */
export const row = (desk: Page, name: string | RegExp): Locator =>
  desk.getByRole('region', { name: 'Conversations' }).getByRole('link', { name });

/** Returns the message log of the open thread. */
export const log = (desk: Page): Locator => desk.getByRole('log');

/** Returns the bubble with this text. */
export const bubble = (desk: Page, text: string): Locator =>
  log(desk).getByRole('article').filter({ hasText: text });

/** Returns the message field. */
export const messageField = (desk: Page): Locator =>
  desk.getByRole('textbox', { name: /^Message to/ });

/** Opens a conversation from the list. */
export async function open(desk: Page, name: string | RegExp): Promise<void> {
  await row(desk, name).click();
  await expect(messageField(desk)).toBeVisible();
}

/** Returns the id of the open conversation. */
export const opened = (desk: Page): string => new URL(desk.url()).hash.split('=')[1] ?? '';

/** Writes a reply and sends it with Enter. */
export async function answer(desk: Page, text: string): Promise<void> {
  await messageField(desk).fill(text);
  await messageField(desk).press('Enter');
}

/** Expects that a message shows this display status. */
export async function expectStatus(
  desk: Page,
  text: string,
  status: string | RegExp,
): Promise<void> {
  await expect(bubble(desk, text).last()).toHaveAttribute('data-status', status);
}

/** Moves the focus to another page and returns it. */
export async function loseFocus(page: Page): Promise<Page> {
  const browser = await page.context().newCDPSession(page);
  await browser.send('Emulation.setFocusEmulationEnabled', { enabled: false });
  const other = await page.context().newPage();
  await other.bringToFront();
  await expect.poll(() => page.evaluate(() => document.hasFocus())).toBe(false);
  return other;
}

/** Opens the desk with intercepted sockets, whose frames can be dropped. */
export async function interceptSockets(page: Page, system: System) {
  const line = { dropFrames: false, dropped: 0, received: '', sockets: [] as WebSocketRoute[] };
  await page.routeWebSocket(/\/ws$/, (socket) => {
    const server = socket.connectToServer();
    line.sockets.push(socket);
    server.onMessage((frame) => {
      if (line.dropFrames) {
        line.dropped += 1;
      } else {
        socket.send(frame);
        line.received += frame.toString();
      }
    });
  });
  await page.goto(system.deskLink);
  await waitUntilLive(page);
  return line;
}
