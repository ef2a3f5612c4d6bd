import { expect, it } from 'vitest';
import { span } from './trip.svelte';

it('writes a span as a person reads it', () => {
  expect([span(0.3), span(4.2), span(999.4), span(1240)]).toEqual([
    '1 ms',
    '4 ms',
    '999 ms',
    '1.2 s',
  ]);
});
