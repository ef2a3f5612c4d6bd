import { expect, type Locator, type Page, type WebSocketRoute } from '@playwright/test';
import type { System } from './system.ts';
import { ready } from './test.ts';

/** The row of a conversation in the list. */
export const row = (desk: Page, name: string | RegExp): Locator =>
  desk.getByRole('region', { name: 'Conversations' }).getByRole('link', { name });

/** The thread that is open. */
export const log = (desk: Page): Locator => desk.getByRole('log');

/** The bubble with this text, with what stands under it. */
export const bubble = (desk: Page, text: string): Locator =>
  log(desk).getByRole('article').filter({ hasText: text });

/** Where an answer is written. */
export const box = (desk: Page): Locator => desk.getByRole('textbox', { name: /^Message to/ });

/** Opens a conversation from the list. */
export async function open(desk: Page, name: string | RegExp): Promise<void> {
  await row(desk, name).click();
  await expect(box(desk)).toBeVisible();
}

/** The id of the conversation that is open. */
export const opened = (desk: Page): string => new URL(desk.url()).hash.split('=')[1] ?? '';

/** Writes an answer and sends it with Enter. */
export async function answer(desk: Page, text: string): Promise<void> {
  await box(desk).fill(text);
  await box(desk).press('Enter');
}

/** Expects that the message is in this state on the screen: `delivered`, `failed`, … */
export async function expectStatus(
  desk: Page,
  text: string,
  status: string | RegExp,
): Promise<void> {
  await expect(bubble(desk, text).last()).toHaveAttribute('data-status', status);
}

/** Another window has the focus. */
export async function lookAway(page: Page): Promise<Page> {
  const browser = await page.context().newCDPSession(page);
  await browser.send('Emulation.setFocusEmulationEnabled', { enabled: false });
  const other = await page.context().newPage();
  await other.bringToFront();
  await expect.poll(() => page.evaluate(() => document.hasFocus())).toBe(false);
  return other;
}

/** Opens the desk with its sockets passed through, so that they can be cut or made deaf. */
export async function tap(page: Page, system: System) {
  const line = { deaf: false, dropped: 0, heard: '', sockets: [] as WebSocketRoute[] };
  await page.routeWebSocket(/\/ws$/, (socket) => {
    const server = socket.connectToServer();
    line.sockets.push(socket);
    server.onMessage((frame) => {
      if (line.deaf) {
        line.dropped += 1;
      } else {
        socket.send(frame);
        line.heard += frame.toString();
      }
    });
  });
  await page.goto(system.deskLink);
  await ready(page);
  return line;
}
