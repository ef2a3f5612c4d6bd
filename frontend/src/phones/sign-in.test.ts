import { expect, it } from 'vitest';
import { takeSignInHash } from './sign-in';

const at = (hash: string) => ({ hash, pathname: '/phones', search: '?a=1' });

it('takes the sign-in link out of the address and hands it to the desk', () => {
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
