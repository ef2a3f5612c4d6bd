import { expect, it } from 'vitest';
import { DeskWatch } from './desk-watch';

it('tells once when a text appears, whatever the spaces between its words', () => {
  const desk = new DeskWatch();
  const told: number[] = [];
  const later = performance.now() + 31;
  desk.shows('two\nlines', (at) => told.push(at));
  desk.sees(['something else'], later - 1);
  desk.sees(['Ada two  lines 14:02'], later);
  desk.sees(['two lines'], later + 1);
  expect(told).toEqual([later]);
});

it('waits no longer than half a minute', () => {
  const desk = new DeskWatch();
  const told: number[] = [];
  desk.shows('hello', (at) => told.push(at));
  desk.sees(['nothing'], performance.now() + 31_000);
  desk.sees(['hello'], performance.now() + 32_000);
  expect(told).toEqual([]);
});

it('remembers since when a text stands on the desk, each sighting for one arrival', () => {
  const desk = new DeskWatch();
  const now = performance.now();
  desk.sees(['Yes, from ten to four.'], now);
  expect(desk.stoodAt('from ten')).toBe(now);
  expect(desk.stoodAt('from ten')).toBeNull();
  desk.sees(['an old one'], now - 61_000);
  expect(desk.stoodAt('an old one')).toBeNull();
});
