import { describe, expect, it, vi } from 'vitest';

vi.stubGlobal('location', { hash: '', pathname: '/', search: '' });
const { formatHash, parseHash } = await import('./router.svelte');

describe('a route', () => {
  it.each([
    ['', { screen: 'inbox', conversation: null }],
    ['#conversation=a%2Fb', { screen: 'inbox', conversation: 'a/b' }],
    ['#quarantine', { screen: 'quarantine' }],
  ] as const)('is written in the fragment %j and read from it', (hash, route) => {
    expect(parseHash(hash)).toEqual(route);
    expect(formatHash(route)).toBe(hash);
  });

  it('is the list for an unknown fragment', () => {
    expect(parseHash('#nowhere')).toEqual({ screen: 'inbox', conversation: null });
  });
});
