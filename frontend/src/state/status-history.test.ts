import { describe, expect, it } from 'vitest';
import { statusHistory, formatPrice } from './status-history';

describe('the delivery of a message', () => {
  it('is sorted by time', () => {
    const statuses = {
      delivered: { at: '2026-11-01T09:00:03.000Z' },
      queued: { at: '2026-11-01T09:00:01.000Z' },
      sent: { at: '2026-11-01T09:00:02.000Z', error_code: 30003 },
    };
    expect(statusHistory({ statuses }).map((step) => [step.status, step.code])).toEqual([
      ['queued', null],
      ['sent', 30003],
      ['delivered', null],
    ]);
  });

  it('has the price without its sign', () => {
    expect(formatPrice({ amount: '-0.00790', unit: 'usd' })).toBe('0.00790 USD');
    expect(formatPrice({ amount: 'about two', unit: 'USD' })).toBeNull();
    expect(formatPrice(null)).toBeNull();
  });
});
