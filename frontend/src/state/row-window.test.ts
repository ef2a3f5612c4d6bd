import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { visibleWindow } from './row-window';

describe('the drawn rows', () => {
  it('are few of many', () => {
    const { start, end } = visibleWindow(5000, 60, 120_000, 800);
    expect(end - start).toBeLessThan(60);
    expect(start).toBeLessThanOrEqual(2000);
    expect(end).toBeGreaterThanOrEqual(2014);
  });

  it('include every visible row at any scroll position', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 6000 }),
        fc.integer({ min: 0, max: 400_000 }),
        fc.integer({ min: 0, max: 3000 }),
        (count, top, height) => {
          const { start, end } = visibleWindow(count, 60, top, height);
          expect(start).toBeGreaterThanOrEqual(0);
          expect(end).toBeLessThanOrEqual(count);
          const first = Math.floor(top / 60);
          const last = Math.min(count, Math.ceil((top + height) / 60));
          if (first < last) {
            expect(start).toBeLessThanOrEqual(first);
            expect(end).toBeGreaterThanOrEqual(last);
          }
        },
      ),
    );
  });

  it('are all rows before the first measurement', () => {
    expect(visibleWindow(20, 0, 0, 0)).toEqual({ start: 0, end: 20 });
  });
});
