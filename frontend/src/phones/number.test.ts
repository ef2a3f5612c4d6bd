import { expect, it } from 'vitest';
import { called, format } from './number';

it('groups a North American number as people there do', () => {
  expect(format('+12065550123')).toBe('(206) 555-0123');
});

it('leaves any other number as it is', () => {
  expect(format('+493012345678')).toBe('+493012345678');
  expect(format('not a number')).toBe('not a number');
});

it('calls a customer by name, or by number without one', () => {
  expect(called({ name: 'Ada', number: '+12065550123' })).toBe('Ada');
  expect(called({ name: null, number: '+12065550123' })).toBe('(206) 555-0123');
});
