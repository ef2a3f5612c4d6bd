import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Toasts } from './toasts.svelte';

/** A toast with all options, and a record of what happened. */
function shown() {
  const toasts = new Toasts();
  const happened: string[] = [];
  let end: () => void = () => undefined;
  const ended = new Promise<void>((done) => (end = done));
  const undo = { label: 'Undo', run: () => happened.push('undone') };
  const onExpire = async () => {
    happened.push('started');
    await ended;
    happened.push('done');
  };
  toasts.show('Deleted Ida.', undo, { onExpire });
  return { toasts, happened, end };
}

describe('the toasts', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('run the callback when a toast expires', () => {
    const { toasts, happened } = shown();
    vi.advanceTimersByTime(8000);
    expect(toasts.current).toBeNull();
    expect(happened).toEqual(['started']);
  });

  it('do not replace a toast that can be undone', () => {
    const { toasts, happened } = shown();
    toasts.show('Ada could not be closed.');
    toasts.show('Closed Ben.');
    expect(toasts.current?.text).toBe('Deleted Ida.');
    vi.advanceTimersByTime(7999);
    expect(happened).toEqual([]);
    toasts.runAction();
    expect([toasts.current?.text, happened]).toEqual(['Closed Ben.', ['undone']]);
    vi.advanceTimersByTime(8000);
    expect(toasts.current).toBeNull();
  });

  it('finish the callback of the visible toast first', async () => {
    const { toasts, happened, end } = shown();
    const finished = toasts.finish().then(() => happened.push('finished'));
    expect(toasts.current).toBeNull();
    end();
    await finished;
    expect(happened).toEqual(['started', 'done', 'finished']);
  });

  it('finish the callback of a replaced toast, too', async () => {
    const { toasts, happened, end } = shown();
    toasts.show('Deleted Ada.', undefined, { onExpire: () => Promise.resolve() });
    const finished = toasts.finish().then(() => happened.push('finished'));
    end();
    await finished;
    expect(happened).toEqual(['started', 'done', 'finished']);
  });

  it('undo a canceled toast without its callback', () => {
    const { toasts, happened } = shown();
    toasts.cancel();
    vi.advanceTimersByTime(8000);
    expect(toasts.current).toBeNull();
    expect(happened).toEqual(['undone']);
  });

  it('do not undo a callback that has already run', () => {
    const toasts = new Toasts();
    let undone = 0;
    toasts.show('Closed Ada.', { label: 'Undo', run: () => (undone += 1) });
    toasts.cancel();
    expect(toasts.current).toBeNull();
    expect(undone).toBe(0);
  });
});
