import { expect, it } from 'vitest';
import type { Simulator } from './api';
import { PhonesPage } from './phones-page.svelte';
import { phone, text } from './samples.test-data';

const ADA = '+12065550123';
const BEA = '+12065550124';

/** A page with two phones. */
function createPage(network: Partial<Simulator> = {}) {
  const page = new PhonesPage(network as Simulator);
  page.applyPhone(phone({ number: BEA, added_at: '2026-11-20T15:00:00Z' }));
  page.applyPhone(phone({ number: ADA }));
  return page;
}

it('keeps the phones in the order they were added and selects the first', () => {
  const page = createPage();
  expect(page.phones.map((handset) => handset.number)).toEqual([ADA, BEA]);
  expect(page.selected?.number).toBe(ADA);
});

it('orders by time, whatever the precision of its seconds', () => {
  const page = new PhonesPage({} as Simulator);
  page.applyPhone(phone({ number: ADA, added_at: '2026-11-20T14:00:00.123Z' }));
  page.applyPhone(phone({ number: BEA, added_at: '2026-11-20T14:00:00.12Z' }));
  expect(page.phones.map((handset) => handset.number)).toEqual([BEA, ADA]);
});

it('marks another phone as unread until it is selected', () => {
  const page = createPage();
  const arrived = { from_phone: false, state: 'arrived' } as const;
  page.applyMessage(text({ ...arrived, sid: 'a', phone: ADA }));
  page.applyMessage(text({ ...arrived, sid: 'b', phone: BEA }));
  expect(page.phones.map((handset) => handset.hasUnread)).toEqual([false, true]);
  page.select(BEA);
  expect(page.phones.map((handset) => handset.hasUnread)).toEqual([false, false]);
});

it('selects the first phone when the selected one is removed', async () => {
  const page = createPage({ removePhone: () => Promise.resolve(undefined) });
  page.select(BEA);
  await page.remove(BEA);
  expect(page.selected?.number).toBe(ADA);
});

it('selects a new customer’s phone and omits empty fields', async () => {
  const asked: unknown[] = [];
  const page = createPage({
    addPhone: (given) => {
      asked.push(given);
      return Promise.resolve(phone({ number: '+12065550125', name: null }));
    },
  });
  await page.add(' ', '');
  expect(asked).toEqual([{ channel: 'sms' }]);
  expect(page.selected?.number).toBe('+12065550125');
});

it('reloads everything after an interruption, including removed phones and the clock', async () => {
  const now = new Date(Date.now() + 3_600_000).toISOString();
  const page = createPage({
    listPhones: () => Promise.resolve({ now, numbers: ['+18555080989'], phones: [phone()] }),
    listMessages: () => Promise.resolve([text({ state: 'stored' })]),
  });
  await page.load();
  expect(page.phones.map((handset) => handset.number)).toEqual([ADA]);
  expect(page.phones[0]?.messages).toHaveLength(1);
  expect(Math.round(page.clockOffset / 60_000)).toBe(60);
  expect(page.problem).toBeNull();
});
