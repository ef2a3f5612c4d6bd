import { describe, expect, it } from 'vitest';
import type { MessagePage } from '../api/types';
import { ThreadSearch } from './thread-search.svelte';
import { message } from './samples.test-data';

function thread(pages: Record<string, { ids: string[]; older: string | null }>) {
  const seeked: string[] = [];
  const ended: string[] = [];
  const asked: string[] = [];
  const find = new ThreadSearch({
    search: async (words: string, before: string | null) => {
      asked.push(`${words} ${before ?? ''}`.trim());
      await Promise.resolve();
      const page = pages[before ?? ''] ?? { ids: [], older: null };
      return {
        messages: page.ids.map((message_id) => message({ message_id })),
        older_cursor: page.older,
      } as MessagePage;
    },
    seek: async (id: string) => {
      seeked.push(id);
      await Promise.resolve();
      return true;
    },
    endSeek: () => ended.push(find.words),
  });
  return { find, seeked, ended, asked };
}

describe('a search in a thread', () => {
  it('shows the newest hit first and loads older ones', async () => {
    const { find, seeked } = thread({
      '': { ids: ['m5', 'm9'], older: 'x' },
      x: { ids: ['m1'], older: null },
    });
    await find.search('bell');
    await find.step(1);
    await find.step(1);
    await find.step(1);
    await find.step(-1);
    expect(seeked).toEqual(['m9', 'm5', 'm1', 'm5']);
    expect(find.hits).toHaveLength(3);
  });

  it('loads pages until one has a hit', async () => {
    const { find, asked } = thread({
      '': { ids: [], older: 'a' },
      a: { ids: [], older: 'b' },
      b: { ids: ['m2'], older: 'c' },
    });
    await find.search(' bell ');
    expect(asked).toEqual(['bell', 'bell a', 'bell b']);
    expect(find.index).toBe(0);
  });

  it('cancels scrolling to a hit of the previous search', async () => {
    const { find, ended } = thread({ '': { ids: ['m5'], older: null } });
    await find.search('bell');
    const next = find.search('belfry');
    expect(ended).toEqual(['', 'bell']);
    find.stop();
    await next;
    expect([ended.length, find.hits, find.busy]).toEqual([3, [], false]);
  });

  it('needs two characters', async () => {
    const { find, asked } = thread({});
    await find.search('b');
    expect(asked).toEqual([]);
    expect(find.busy).toBe(false);
  });
});
