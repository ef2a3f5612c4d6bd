import { describe, expect, it } from 'vitest';
import { LineState } from './line-state.svelte';

describe('the line', () => {
  it('is live only when the socket is open and the screen was read again since', () => {
    const line = new LineState();
    expect(line.status).toBe('catching-up');
    line.apply({ type: 'healing' });
    line.apply({ type: 'healed' });
    expect(line.status).toBe('catching-up');
    line.apply({ type: 'socket', open: true });
    expect(line.status).toBe('catching-up');
    line.apply({ type: 'healing' });
    line.apply({ type: 'healed' });
    expect(line.status).toBe('live');
    line.apply({ type: 'socket', open: false });
    expect(line.status).toBe('catching-up');
  });

  it('is not live by a reading that began before the socket opened', () => {
    const line = new LineState();
    line.apply({ type: 'healing' });
    line.apply({ type: 'socket', open: true });
    line.apply({ type: 'healed' });
    expect(line.status).toBe('catching-up');
    line.apply({ type: 'healing' });
    line.apply({ type: 'socket', open: false });
    line.apply({ type: 'socket', open: true });
    line.apply({ type: 'healed' });
    expect(line.status).toBe('catching-up');
    line.apply({ type: 'healing' });
    line.apply({ type: 'healed' });
    expect(line.status).toBe('live');
    line.apply({ type: 'socket', open: true });
    expect(line.status).toBe('live');
  });

  it('counts how often the screen was read again, so that what failed can be tried with it', () => {
    const line = new LineState();
    line.apply({ type: 'healed' });
    line.apply({ type: 'reached', reached: true });
    line.apply({ type: 'healed' });
    expect(line.heals).toBe(2);
  });

  it('is offline when nothing can be reached, since the first time', () => {
    let now = 1000;
    const line = new LineState(() => now);
    line.apply({ type: 'reached', reached: false });
    now = 2000;
    line.apply({ type: 'reached', reached: false });
    expect([line.status, line.since]).toEqual(['offline', 1000]);
    line.apply({ type: 'reached', reached: true });
    expect([line.status, line.since]).toEqual(['catching-up', null]);
  });

  it('is offline when the browser says so', () => {
    const line = new LineState(() => 5);
    line.apply({ type: 'network', online: false });
    expect([line.status, line.since]).toEqual(['offline', 5]);
  });
});
