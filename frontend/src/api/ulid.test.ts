import { describe, expect, it } from 'vitest';
import { newKey, ulidTime } from './ulid';

describe('ids', () => {
  it('tell the time inside a ULID', () => {
    expect(ulidTime('01ARZ3NDEKTSV4RRFFQ69G5FAV')).toBe(1469922850259);
  });

  it('tell no time of what is no ULID', () => {
    expect(ulidTime('')).toBeNull();
    expect(ulidTime('UUUUUUUUUUUUUUUUUUUUUUUUUU')).toBeNull();
  });

  it('are new for each click', () => {
    expect(new Set(Array.from({ length: 100 }, newKey)).size).toBe(100);
    expect(newKey()).toMatch(/^[0-9a-f]{32}$/);
  });
});
