import { expect, it } from 'vitest';
import { takeSignInHash } from './sign-in';

const at = (hash: string) => ({ hash, pathname: '/phones', search: '?a=1' });

it('removes the sign-in link from the URL and passes it to the desk', () => {
  const addresses: string[] = [];
  const history = {
    replaceState: (_state: unknown, _unused: string, url?: string | URL | null) =>
      void addresses.push(String(url)),
  };
  expect(takeSignInHash(at('#sign-in=abc'), history)).toBe('#sign-in=abc');
  expect(addresses).toEqual(['/phones?a=1']);
  expect(takeSignInHash(at('#elsewhere'), history)).toBe('');
  expect(addresses).toHaveLength(1);
});
