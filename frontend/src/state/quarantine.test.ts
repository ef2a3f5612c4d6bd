import { describe, expect, it } from 'vitest';
import { ApiError } from '../api/problem';
import type { QuarantineItem } from '../api/types';
import { Quarantine } from './quarantine.svelte';

const item = (quarantine_id: string, reason: string) =>
  ({ quarantine_id, reason, detail: reason, count: 1 }) as QuarantineItem;

function held(...items: QuarantineItem[]) {
  let left = items;
  return new Quarantine({
    listQuarantine: () => Promise.resolve({ items: left, cursor: null }),
    releaseQuarantine: (id: string) =>
      id === 'stuck'
        ? Promise.reject(new ApiError(422, 'Still not readable.'))
        : Promise.resolve({ released: true, message: null }),
    releaseQuarantines: (reason: string) => {
      left = left.filter((one) => one.reason !== reason);
      return Promise.resolve({});
    },
  });
}

describe('the quarantine', () => {
  it('stands in groups of one reason', async () => {
    const page = held(item('a', 'unknown_sender'), item('b', 'bad_form'), item('c', 'bad_form'));
    await page.read();
    expect(page.groups.map((one) => [one.reason, one.items.length])).toEqual([
      ['unknown_sender', 1],
      ['bad_form', 2],
    ]);
  });

  it('lets in one, and all of one reason', async () => {
    const page = held(item('a', 'x'), item('b', 'y'), item('c', 'y'));
    await page.read();
    await page.release('a');
    expect(page.items.map((one) => one.quarantine_id)).toEqual(['b', 'c']);
    await page.releaseAll('y');
    expect(page.groups.map((one) => one.reason)).toEqual(['x']);
  });

  it('says why one stays', async () => {
    const page = held(item('stuck', 'x'));
    await page.read();
    await page.release('stuck');
    expect(page.releases.get('stuck')?.problem).toBe('Still not readable.');
    expect(page.items).toHaveLength(1);
  });
});
