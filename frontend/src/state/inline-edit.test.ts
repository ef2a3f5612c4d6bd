import { describe, expect, it } from 'vitest';
import type { EditResult } from './conversation-actions.svelte';
import { InlineEdit } from './inline-edit.svelte';

function shared(stands: string | null) {
  const there = { text: stands };
  const written: string[] = [];
  const editing = new InlineEdit(
    () => there.text,
    (text, previous): Promise<EditResult> => {
      if (previous !== there.text) return Promise.resolve({ kind: 'conflict' });
      there.text = text;
      written.push(text);
      return Promise.resolve({ kind: 'done' });
    },
  );
  return { there, written, editing };
}

describe('a text that is changed where it stands', () => {
  it('is written once, trimmed, and not at all when nothing changed', async () => {
    const { editing, written } = shared('Ida');
    editing.start();
    expect(editing.text).toBe('Ida');
    editing.text = ' Ida ';
    expect(await editing.save()).toBe(true);
    editing.text = ' Ida Berg ';
    expect(await editing.save()).toBe(true);
    expect(written).toEqual(['Ida Berg']);
  });

  it('replaces what somebody else wrote only when that is wanted', async () => {
    const { editing, there, written } = shared(null);
    editing.start();
    editing.text = 'Mine';
    there.text = 'Theirs';
    expect(await editing.save()).toBe(false);
    expect([editing.conflict, await editing.save(), there.text]).toEqual([true, false, 'Theirs']);
    expect(await editing.saveMine()).toBe(true);
    expect([there.text, written]).toEqual(['Mine', ['Mine']]);
  });

  it('says why it was not written', async () => {
    const failed: EditResult = { kind: 'failed', problem: 'Offline.' };
    const editing = new InlineEdit(
      () => null,
      () => Promise.resolve(failed),
    );
    editing.start();
    editing.text = 'x';
    expect(await editing.save()).toBe(false);
    expect([editing.problem, editing.busy]).toEqual(['Offline.', false]);
  });
});
