import { expect, it } from 'vitest';
import { DeskObserver } from './desk-observer';

it('reports a text once when it appears, ignoring white space', () => {
  const desk = new DeskObserver();
  const reported: number[] = [];
  const later = performance.now() + 31;
  desk.waitFor('two\nlines', (at) => reported.push(at));
  desk.record(['something else'], later - 1);
  desk.record(['Ada two  lines 14:02'], later);
  desk.record(['two lines'], later + 1);
  expect(reported).toEqual([later]);
});

it('stops waiting after half a minute', () => {
  const desk = new DeskObserver();
  const reported: number[] = [];
  desk.waitFor('hello', (at) => reported.push(at));
  desk.record(['nothing'], performance.now() + 31_000);
  desk.record(['hello'], performance.now() + 32_000);
  expect(reported).toEqual([]);
});

it('remembers when a text appeared, each sighting for one arrival', () => {
  const desk = new DeskObserver();
  const now = performance.now();
  desk.record(['Yes, from ten to four.'], now);
  expect(desk.firstSeenAt('from ten')).toBe(now);
  expect(desk.firstSeenAt('from ten')).toBeNull();
  desk.record(['an old one'], now - 61_000);
  expect(desk.firstSeenAt('an old one')).toBeNull();
});
