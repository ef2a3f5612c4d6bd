import { describe, expect, it } from 'vitest';
import { remainingTime } from './reply-window';

const ends = '2026-11-02T09:00:00.000Z';
const before = (minutes: number) => Date.parse(ends) - minutes * 60_000;

describe('the reply window', () => {
  it('is open, then closes soon, then is closed', () => {
    expect(remainingTime(ends, before(1439.5))).toEqual({ state: 'open', hours: 23, minutes: 59 });
    expect(remainingTime(ends, before(120))).toEqual({ state: 'soon', hours: 2, minutes: 0 });
    expect(remainingTime(ends, before(0.5))).toEqual({ state: 'soon', hours: 0, minutes: 0 });
    expect(remainingTime(ends, before(-5))).toEqual({ state: 'over', hours: 0, minutes: 0 });
  });
});
