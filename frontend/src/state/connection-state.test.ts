import { describe, expect, it } from 'vitest';
import { ConnectionState } from './connection-state.svelte';

describe('the connection', () => {
  it('is live only when the socket is open and a resync has succeeded since', () => {
    const line = new ConnectionState();
    expect(line.status).toBe('syncing');
    line.apply({ type: 'resync-started' });
    line.apply({ type: 'resynced' });
    expect(line.status).toBe('syncing');
    line.apply({ type: 'socket', open: true });
    expect(line.status).toBe('syncing');
    line.apply({ type: 'resync-started' });
    line.apply({ type: 'resynced' });
    expect(line.status).toBe('live');
    line.apply({ type: 'socket', open: false });
    expect(line.status).toBe('syncing');
  });

  it('is not live after a resync that started before the socket opened', () => {
    const line = new ConnectionState();
    line.apply({ type: 'resync-started' });
    line.apply({ type: 'socket', open: true });
    line.apply({ type: 'resynced' });
    expect(line.status).toBe('syncing');
    line.apply({ type: 'resync-started' });
    line.apply({ type: 'socket', open: false });
    line.apply({ type: 'socket', open: true });
    line.apply({ type: 'resynced' });
    expect(line.status).toBe('syncing');
    line.apply({ type: 'resync-started' });
    line.apply({ type: 'resynced' });
    expect(line.status).toBe('live');
    line.apply({ type: 'socket', open: true });
    expect(line.status).toBe('live');
  });

  it('counts the resyncs, so that failed actions can be repeated', () => {
    const line = new ConnectionState();
    line.apply({ type: 'resynced' });
    line.apply({ type: 'reachability', reachable: true });
    line.apply({ type: 'resynced' });
    expect(line.resyncCount).toBe(2);
  });

  it('is offline since the first failed request', () => {
    let now = 1000;
    const line = new ConnectionState(() => now);
    line.apply({ type: 'reachability', reachable: false });
    now = 2000;
    line.apply({ type: 'reachability', reachable: false });
    expect([line.status, line.offlineSince]).toEqual(['offline', 1000]);
    line.apply({ type: 'reachability', reachable: true });
    expect([line.status, line.offlineSince]).toEqual(['syncing', null]);
  });

  it('is offline when the browser says so', () => {
    const line = new ConnectionState(() => 5);
    line.apply({ type: 'network', online: false });
    expect([line.status, line.offlineSince]).toEqual(['offline', 5]);
  });
});
