import { describe, expect, it } from 'vitest';
import { newKey, ulidTime } from './ulid';

describe('ids', () => {
  it('contain the time of a ULID', () => {
    expect(ulidTime('01ARZ3NDEKTSV4RRFFQ69G5FAV')).toBe(1469922850259);
  });

  it('have no time if they are not a ULID', () => {
    expect(ulidTime('')).toBeNull();
    expect(ulidTime('UUUUUUUUUUUUUUUUUUUUUUUUUU')).toBeNull();
  });

  it('are new for each action', () => {
    expect(new Set(Array.from({ length: 100 }, newKey)).size).toBe(100);
    expect(newKey()).toMatch(/^[0-9a-f]{32}$/);
  });
});
