import { expect, it } from 'vitest';
import { formatSpan } from './message-trip.svelte';

it('formats a time span', () => {
  expect([formatSpan(0.3), formatSpan(4.2), formatSpan(999.4), formatSpan(1240)]).toEqual([
    '1 ms',
    '4 ms',
    '999 ms',
    '1.2 s',
  ]);
});
