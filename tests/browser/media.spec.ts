import { Buffer } from 'node:buffer';
import type { Locator, Page } from '@playwright/test';
import { messageField, bubble, log, open } from './desk.ts';
import { png } from './png.ts';
import { expect, test } from './test.ts';

const CARD =
  'BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Ida Berg\r\nTEL;TYPE=CELL:+12065550177\r\nEND:VCARD\r\n';

test('an image, audio, a vCard and a document from a phone are shown on the desk', async ({
  desk,
  system,
}) => {
  const phone = await system.addPhone('+12065550123');
  await phone.sendFiles([{ name: 'bike.png', type: 'image/png', bytes: png(400, 300) }], 'Look');
  await phone.sendFiles([
    { name: 'note.wav', type: 'audio/wav', bytes: silence(60) },
    { name: 'ida.vcf', type: 'text/x-vcard', bytes: Buffer.from(CARD) },
    { name: 'bill.pdf', type: 'application/pdf', bytes: Buffer.from('%PDF-1.4\n%%EOF\n') },
  ]);
  await open(desk, /0123/);
  const shown = log(desk).getByRole('button', { name: 'Enlarge: bike.png' }).locator('img');
  await expect.poll(() => shown.evaluate((img: HTMLImageElement) => img.naturalWidth)).toBe(400);

  const sound = log(desk).getByRole('group', { name: 'note.wav' });
  await expect(sound.getByText('1:00')).toBeVisible();
  await sound.getByRole('button', { name: 'Play' }).click();
  await expect(sound.getByRole('button', { name: 'Pause' })).toBeVisible();
  await expect(log(desk).getByText('Ida Berg')).toBeVisible();
  await expect(log(desk).getByText('+12065550177')).toBeVisible();

  const saved = desk.waitForEvent('download');
  await log(desk).getByRole('button', { name: 'Download: bill.pdf' }).click();
  expect((await saved).suggestedFilename()).toBe('bill.pdf');

  await log(desk).getByRole('button', { name: 'Enlarge: bike.png' }).click();
  const large = desk.getByRole('dialog');
  await expect(large.getByRole('img')).toBeVisible();
  await desk.keyboard.press('Escape');
  await expect(large).toHaveCount(0);
});

test('an image sent from the desk arrives on the phone byte for byte', async ({ desk, system }) => {
  const phone = await system.addPhone('+12065550123');
  await phone.sendText('Show me');
  await open(desk, /0123/);
  const bytes = png(64, 48);
  await attach(desk, [{ name: 'shop.png', bytes }]);
  const attached = desk.getByRole('list', { name: 'Attached files' });
  await expect(attached.locator('[data-upload=uploaded]')).toHaveCount(1);
  await messageField(desk).fill('Here it is');
  await messageField(desk).press('Enter');
  await expect(attached).toHaveCount(0);
  await expect(
    log(desk).locator('[data-direction=outbound][data-status=delivered]'),
  ).toBeAttached();
  await expect(log(desk).getByRole('button', { name: 'Enlarge: shop.png' })).toBeVisible();
  await expect.poll(() => phone.listTexts()).toEqual(['Show me', 'Here it is']);
  const [received] = await phone.listFiles();
  expect(received?.type).toBe('image/png');
  expect(received?.bytes.equals(bytes)).toBe(true);
});

test('an upload shows its progress, delays sending and can be canceled', async ({
  desk,
  system,
}) => {
  const phone = await system.addPhone('+12065550123');
  await phone.sendText('Show me');
  await open(desk, /0123/);
  await messageField(desk).fill('Here it is');
  const attached = desk.getByRole('list', { name: 'Attached files' });
  const line = await slowLine(desk);
  await attach(desk, [{ name: 'shop.png', bytes: noise(3_000_000) }]);
  const shop = attached.getByRole('progressbar', { name: 'Uploading shop.png' });
  await expect.poll(() => part(shop)).toBeGreaterThan(0);
  const begun = await part(shop);
  await expect.poll(() => part(shop)).toBeGreaterThan(begun);
  expect(await part(shop), 'it is still on its way').toBeLessThan(1);
  await expect(desk.getByRole('button', { name: 'Send' })).toHaveAttribute('aria-disabled', 'true');
  await messageField(desk).press('Enter');
  await expect(messageField(desk)).toHaveValue('Here it is');

  await attach(desk, [{ name: 'wrong.png', bytes: noise(1_000_000) }]);
  const wrong = attached.getByRole('progressbar', { name: 'Uploading wrong.png' });
  await expect.poll(() => part(wrong)).toBeGreaterThan(0);
  const ended = desk.waitForEvent('requestfailed', (request) => request.method() === 'PUT');
  await attached.getByRole('button', { name: 'Remove wrong.png' }).click();
  expect((await ended).failure()?.errorText).toBe('net::ERR_ABORTED');
  await expect(attached.getByRole('listitem')).toHaveCount(1);

  await line.isFast();
  await expect(attached.locator('[data-upload=uploaded]')).toHaveCount(1);
  await messageField(desk).press('Enter');
  await expect(attached).toHaveCount(0);
  await expect.poll(() => phone.listTexts()).toEqual(['Show me', 'Here it is']);
  expect((await phone.listFiles()).map((file) => file.bytes.length)).toEqual([3_000_000]);
});

test('ten files are sent in the order of selection, and an eleventh is rejected', async ({
  desk,
  system,
}) => {
  const phone = await system.addPhone('+12065550123');
  await phone.sendText('Show me all');
  await open(desk, /0123/);
  const files = Array.from({ length: 11 }, (_, at) => ({
    name: `bike-${String(at + 1)}.png`,
    bytes: png(8 + at, 8),
  }));
  await attach(desk, files.slice(0, 10));
  const attached = desk.getByRole('list', { name: 'Attached files' });
  await expect(attached.locator('[data-upload=uploaded]')).toHaveCount(10);
  await expect(attached.locator('canvas.drawn')).toHaveCount(10);
  const names = files.slice(0, 10).map((file) => file.name);
  await expect(attached.locator('.name')).toHaveText(names);

  await attach(desk, files.slice(10));
  await expect(attached.locator('[data-upload=uploaded]')).toHaveCount(11);
  await expect(desk.getByText('A message can have up to 10 files. Remove some.')).toBeVisible();
  await messageField(desk).fill('All of them');
  await messageField(desk).press('Enter');
  await expect(messageField(desk)).toHaveValue('All of them');
  await expect(bubble(desk, 'All of them')).toHaveCount(0);

  await attached.getByRole('button', { name: 'Remove bike-11.png' }).click();
  await expect(desk.getByText('Up to 10 files, 5 MB in total.')).toBeVisible();
  await messageField(desk).press('Enter');
  await expect(bubble(desk, 'All of them').getByRole('button', { name: /^Enlarge/ })).toHaveCount(
    10,
  );
  await expect.poll(() => phone.listTexts()).toEqual(['Show me all', 'All of them']);
  const received = await phone.listFiles();
  expect(received.map(({ bytes }) => files.findIndex((one) => one.bytes.equals(bytes)))).toEqual(
    names.map((_, at) => at),
  );
});

test('an invalid image is rejected before sending, and can be removed', async ({
  desk,
  system,
}) => {
  await system.receiveSms('+12065550123', 'Hello');
  await open(desk, /0123/);
  await attach(desk, [
    { name: 'page.html', type: 'text/html', bytes: Buffer.from('<script>alert(1)</script>') },
  ]);
  const attached = desk.getByRole('list', { name: 'Attached files' });
  await expect(attached.getByText(/This file type is not supported/)).toBeVisible();
  await attached.getByRole('button', { name: 'Remove page.html' }).click();
  await expect(attached).toHaveCount(0);
});

test('files can be pasted and dropped', async ({ desk, system }) => {
  await system.receiveSms('+12065550123', 'Hello');
  await open(desk, /0123/);
  const bytes = [...png(8, 8)];
  await messageField(desk).evaluate((field, bytes) => {
    const data = new DataTransfer();
    data.items.add(new File([new Uint8Array(bytes)], 'pasted.png', { type: 'image/png' }));
    const how = { clipboardData: data, bubbles: true, cancelable: true };
    field.dispatchEvent(new ClipboardEvent('paste', how));
  }, bytes);
  const attached = desk.getByRole('list', { name: 'Attached files' });
  await expect(attached.locator('[data-upload=uploaded]')).toHaveCount(1);
  await log(desk).evaluate((thread, bytes) => {
    const data = new DataTransfer();
    data.items.add(new File([new Uint8Array(bytes)], 'dropped.png', { type: 'image/png' }));
    for (const type of ['dragover', 'drop']) {
      const how = { dataTransfer: data, bubbles: true, cancelable: true };
      thread.dispatchEvent(new DragEvent(type, how));
    }
  }, bytes);
  await expect(attached.locator('[data-upload=uploaded]')).toHaveCount(2);
  await expect(attached.getByText('pasted.png')).toBeVisible();
  await expect(attached.getByText('dropped.png')).toBeVisible();
  // Files need no text.
  await messageField(desk).press('Enter');
  await expect(log(desk).getByRole('button', { name: /^Enlarge/ })).toHaveCount(2);
});

test('an image that Twilio does not deliver shows an error and can be retried', async ({
  desk,
  system,
}) => {
  const phone = await system.addPhone('+12065550123');
  await system.armFault({ on: 'media', fault: { kind: 'redirect', to: 'https://example.com/x' } });
  await phone.sendFiles([{ name: 'bike.png', type: 'image/png', bytes: png(40, 30) }], 'Look');
  await open(desk, /0123/);
  const missing = log(desk).locator('[data-media=failed]');
  await expect(missing).toContainText('the URL isn’t a Twilio URL.');
  await expect(missing.getByRole('button')).toHaveCount(0);

  await system.armFault({ on: 'media', fault: { kind: 'huge', bytes: 2_147_483_648 } });
  await phone.sendFiles([{ name: 'large.png', type: 'image/png', bytes: png(40, 30) }], 'Large');
  const large = missing.filter({ hasText: 'the file is too large' });
  await large.getByRole('button', { name: 'Try again' }).click();
  await expect(log(desk).getByRole('button', { name: 'Enlarge: large.png' })).toBeVisible();
});

/** Selects files with the system's file picker. */
async function attach(
  desk: Page,
  files: { name: string; type?: string; bytes: Buffer }[],
): Promise<void> {
  const picked = desk.waitForEvent('filechooser');
  await desk.getByRole('button', { name: 'Attach files' }).click();
  await (
    await picked
  ).setFiles(
    files.map(({ name, type = 'image/png', bytes }) => ({ name, mimeType: type, buffer: bytes })),
  );
}

/** Returns the progress of a bar (0 to 1). */
const part = (bar: Locator) => bar.evaluate((one: HTMLProgressElement) => one.value);

/** Limits uploads to 200 kB/s until `isFast` is called. */
async function slowLine(desk: Page): Promise<{ isFast: () => Promise<void> }> {
  const browser = await desk.context().newCDPSession(desk);
  const takes = async (uploadThroughput: number) => {
    const line = { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput };
    await browser.send('Network.emulateNetworkConditions', line);
  };
  await browser.send('Network.enable');
  await takes(200_000);
  return { isFast: () => takes(-1) };
}

/** Returns an image padded to exactly this many bytes. */
function noise(bytes: number): Buffer {
  return Buffer.concat([png(64, 48), Buffer.alloc(bytes)], bytes);
}

/** Returns this many seconds of silence as WAV. */
function silence(seconds: number): Buffer {
  const samples = Buffer.alloc(8000 * seconds, 0x80);
  const head = Buffer.alloc(44);
  head.write('RIFF', 0, 'latin1');
  head.writeUInt32LE(36 + samples.length, 4);
  head.write('WAVEfmt ', 8, 'latin1');
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(1, 22);
  head.writeUInt32LE(8000, 24);
  head.writeUInt32LE(8000, 28);
  head.writeUInt16LE(1, 32);
  head.writeUInt16LE(8, 34);
  head.write('data', 36, 'latin1');
  head.writeUInt32LE(samples.length, 40);
  return Buffer.concat([head, samples]);
}
