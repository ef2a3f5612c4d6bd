import { describe, expect, it } from 'vitest';
import { Drafts } from './drafts.svelte';
import { storage } from './storage.test-data';

/** Returns Ada's drafts in a tab with this storage. */
function draftsOfAda(place: Storage): Drafts {
  const drafts = new Drafts(place);
  drafts.open('ada');
  return drafts;
}

describe('drafts', () => {
  it('are kept per conversation', () => {
    const drafts = new Drafts(null);
    drafts.setText('a', 'To a');
    drafts.setText('b', 'To b');
    expect([drafts.text('a'), drafts.text('b'), drafts.text('c')]).toEqual(['To a', 'To b', '']);
  });

  it('survive a reload of the tab, and are gone after sign-out', () => {
    const place = storage();
    draftsOfAda(place).restore('a', 'To a', 'key');
    const again = draftsOfAda(place);
    expect(again.text('a')).toBe('To a');
    expect(again.findRetryKey('a', 'To a')).toBe('key');
    again.clear();
    expect(place.length).toBe(0);
  });

  it('ignore invalid stored data', () => {
    const place = storage();
    for (const broken of ['{broken', '[]', 'null', '{"owner":"ada"}']) {
      place.setItem('partyline-drafts', broken);
      expect(draftsOfAda(place).text('a')).toBe('');
    }
  });

  it('are not visible to the next user in this tab', () => {
    const place = storage();
    draftsOfAda(place).setText('a', 'To a');
    const next = new Drafts(place);
    expect(next.text('a')).toBe('');
    next.open('grace');
    expect(next.text('a')).toBe('');
    expect(place.length).toBe(0);
    expect(draftsOfAda(place).text('a')).toBe('');
  });

  it('stay when the same user signs in again', () => {
    const drafts = draftsOfAda(storage());
    drafts.setText('a', 'To a');
    drafts.open('ada');
    expect(drafts.text('a')).toBe('To a');
    drafts.open('grace');
    expect(drafts.text('a')).toBe('');
  });
});
