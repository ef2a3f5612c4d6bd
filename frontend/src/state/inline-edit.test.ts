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

describe('an inline edit', () => {
  it('saves the trimmed text once, and nothing if unchanged', async () => {
    const { editing, written } = shared('Ida');
    editing.start();
    expect(editing.text).toBe('Ida');
    editing.text = ' Ida ';
    expect(await editing.save()).toBe(true);
    editing.text = ' Ida Berg ';
    expect(await editing.save()).toBe(true);
    expect(written).toEqual(['Ida Berg']);
  });

  it('replaces another user’s text only on request', async () => {
    const { editing, there, written } = shared(null);
    editing.start();
    editing.text = 'Mine';
    there.text = 'Theirs';
    expect(await editing.save()).toBe(false);
    expect([editing.conflict, await editing.save(), there.text]).toEqual([true, false, 'Theirs']);
    expect(await editing.saveMine()).toBe(true);
    expect([there.text, written]).toEqual(['Mine', ['Mine']]);
  });

  it('shows why saving failed', async () => {
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
