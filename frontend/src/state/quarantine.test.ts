import { describe, expect, it } from 'vitest';
import { ApiError } from '../api/problem';
import type { QuarantineItem } from '../api/types';
import { Quarantine, parseMessage } from './quarantine.svelte';

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
    // Releases one per call. The item named "stuck" stays.
    releaseQuarantines: (reason: string, cursor?: string | null) => {
      const all = items.filter((item) => item.reason === reason);
      const at = Number(cursor ?? 0);
      const kept = all[at]?.quarantine_id === 'stuck' ? 1 : 0;
      if (!kept) left = left.filter((item) => item !== all[at]);
      const next = at + 1 < all.length ? String(at + 1) : null;
      return Promise.resolve({ released: 1 - kept, remaining: kept, cursor: next });
    },
  });
}

/** Creates a quarantine in pages of two, newest first. */
function paged(...ids: string[]) {
  const all = ids.map((id) => item(id, id));
  return new Quarantine({
    listQuarantine: async (cursor?: string | null) => {
      await Promise.resolve();
      const from = Number(cursor ?? 0);
      const next = from + 2 < all.length ? String(from + 2) : null;
      return { items: all.slice(from, from + 2), cursor: next };
    },
    releaseQuarantine: () => Promise.resolve({ released: true, message: null }),
    releaseQuarantines: () => Promise.resolve({ released: 0, remaining: 0, cursor: null }),
  });
}

describe('the quarantine', () => {
  it('loads one page for a double click', async () => {
    const page = paged('a', 'b', 'c', 'd', 'e');
    await page.load();
    await Promise.all([page.loadMore(), page.loadMore()]);
    expect(page.items.map((item) => item.quarantine_id)).toEqual(['a', 'b', 'c', 'd']);
    await page.loadMore();
    expect([page.items.length, page.cursor, page.busy]).toEqual([5, null, false]);
  });

  it('drops a page that was requested before a reload', async () => {
    const page = paged('a', 'b', 'c', 'd', 'e');
    await page.load();
    await Promise.all([page.loadMore(), page.load()]);
    expect([page.items.map((item) => item.quarantine_id), page.cursor]).toEqual([['a', 'b'], '2']);
  });

  it('groups requests by reason', async () => {
    const page = held(item('a', 'unknown_sender'), item('b', 'bad_form'), item('c', 'bad_form'));
    await page.load();
    expect(page.groups.map((item) => [item.reason, item.items.length])).toEqual([
      ['unknown_sender', 1],
      ['bad_form', 2],
    ]);
  });

  it('releases one request and all with one reason', async () => {
    const page = held(item('a', 'x'), item('b', 'y'), item('c', 'y'));
    await page.load();
    await page.release('a');
    expect(page.items.map((item) => item.quarantine_id)).toEqual(['b', 'c']);
    await page.releaseAll('y');
    expect(page.groups.map((item) => item.reason)).toEqual(['x']);
  });

  it('shows how many requests with a reason remain', async () => {
    const page = held(item('a', 'x'), item('stuck', 'x'), item('b', 'x'));
    await page.load();
    await page.releaseAll('x');
    expect(page.items.map((item) => item.quarantine_id)).toEqual(['stuck']);
    expect(page.releases.get('x')?.problem).toBe('1 request still can’t be processed.');
  });

  it('shows why a release failed', async () => {
    const page = held(item('stuck', 'x'));
    await page.load();
    await page.release('stuck');
    expect(page.releases.get('stuck')?.problem).toBe('Still not readable.');
    expect(page.items).toHaveLength(1);
  });

  it('extracts sender, recipient and text from a form', () => {
    const parsed = (content_type: string | null, raw: string) =>
      parseMessage({ ...item('a', 'x'), content_type, body: raw });
    const form = 'application/x-www-form-urlencoded';
    const form8 = `${form}; charset=UTF-8`;
    const expected = { from: '+12065550123', to: '+18005550199', body: 'Hi & bye' };
    const raw = 'From=%2B12065550123&To=%2B18005550199&Body=Hi+%26+bye';
    expect([parsed(form, raw), parsed(form8, raw)]).toEqual([expected, expected]);
    expect(parsed(form, 'From=%ZZ&nonsense')).toBeNull();
    expect(parsed('application/json', raw)).toBeNull();
    expect(parsed(null, raw)).toBeNull();
  });
});
