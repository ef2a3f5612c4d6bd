import { expect, it } from 'vitest';
import type { Network } from './api';
import { Bench } from './bench.svelte';
import { phone, text } from './examples';

const ADA = '+12065550123';
const BEA = '+12065550124';

/** A bench with two phones on it. */
function bench(network: Partial<Network> = {}) {
  const one = new Bench(network as Network);
  one.apply(phone({ number: BEA, added_at: '2026-11-20T15:00:00Z' }));
  one.apply(phone({ number: ADA }));
  return one;
}

it('holds the phones in the order they came, the first in the hand', () => {
  const one = bench();
  expect(one.handsets.map((handset) => handset.number)).toEqual([ADA, BEA]);
  expect(one.inHand?.number).toBe(ADA);
});

it('orders by the moment, however many digits its seconds have', () => {
  const one = new Bench({} as Network);
  one.apply(phone({ number: ADA, added_at: '2026-11-20T14:00:00.123Z' }));
  one.apply(phone({ number: BEA, added_at: '2026-11-20T14:00:00.12Z' }));
  expect(one.handsets.map((handset) => handset.number)).toEqual([BEA, ADA]);
});

it('lights the lamp of another phone until it is taken into the hand', () => {
  const one = bench();
  const arrived = { from_phone: false, state: 'arrived' } as const;
  one.applyMessage(text({ ...arrived, sid: 'a', phone: ADA }));
  one.applyMessage(text({ ...arrived, sid: 'b', phone: BEA }));
  expect(one.handsets.map((handset) => handset.waits)).toEqual([false, true]);
  one.choose(BEA);
  expect(one.handsets.map((handset) => handset.waits)).toEqual([false, false]);
});

it('takes the first phone when the one in the hand is put away', async () => {
  const one = bench({ remove: () => Promise.resolve(undefined) });
  one.choose(BEA);
  await one.remove(BEA);
  expect(one.inHand?.number).toBe(ADA);
});

it('takes a new customer into the hand and sends nothing that was left empty', async () => {
  const asked: unknown[] = [];
  const one = bench({
    add: (given) => {
      asked.push(given);
      return Promise.resolve(phone({ number: '+12065550125', name: null }));
    },
  });
  await one.add(' ', '');
  expect(asked).toEqual([{ channel: 'sms' }]);
  expect(one.inHand?.number).toBe('+12065550125');
});

it('after a cut reads everything anew: phones that went are gone, the clock is right', async () => {
  const now = new Date(Date.now() + 3_600_000).toISOString();
  const one = bench({
    bench: () => Promise.resolve({ now, numbers: ['+18555080989'], phones: [phone()] }),
    messages: () => Promise.resolve([text({ state: 'stored' })]),
  });
  await one.read();
  expect(one.handsets.map((handset) => handset.number)).toEqual([ADA]);
  expect(one.handsets[0]?.messages).toHaveLength(1);
  expect(Math.round(one.ahead / 60_000)).toBe(60);
  expect(one.problem).toBeNull();
});
