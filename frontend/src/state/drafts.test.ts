import { describe, expect, it } from 'vitest';
import { Drafts } from './drafts.svelte';

/** A browser's storage, in memory. */
function storage(): Storage {
  const kept = new Map<string, string>();
  return {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
    clear: () => kept.clear(),
    key: (at: number) => [...kept.keys()][at] ?? null,
    get length() {
      return kept.size;
    },
  };
}

describe('drafts', () => {
  it('are kept per conversation', () => {
    const drafts = new Drafts(null);
    drafts.write('a', 'To a');
    drafts.write('b', 'To b');
    expect([drafts.text('a'), drafts.text('b'), drafts.text('c')]).toEqual(['To a', 'To b', '']);
  });

  it('survive a reload of the tab, and are gone after sign-out', () => {
    const place = storage();
    new Drafts(place).giveBack('a', 'To a', 'key');
    const again = new Drafts(place);
    expect(again.text('a')).toBe('To a');
    expect(again.keyFor('a', 'To a')).toBe('key');
    again.clear();
    expect(place.length).toBe(0);
  });

  it('ignore what cannot be read', () => {
    const place = storage();
    place.setItem('partyline-drafts', '{broken');
    expect(new Drafts(place).text('a')).toBe('');
  });
});
