import { expect, it } from 'vitest';
import { text } from './samples.test-data';
import { layOut } from './screen';

const at = (minute: number) => new Date(Date.UTC(2026, 10, 20, 14, minute)).toISOString();

it('shows the time above the first message and after each gap of ten minutes', () => {
  const shown = layOut([
    text({ sid: 'a', at: at(0) }),
    text({ sid: 'b', at: at(9) }),
    text({ sid: 'c', at: at(19) }),
  ]);
  expect(shown.map((line) => line.showTime)).toEqual([true, false, true]);
});

it('joins messages of one side within three minutes', () => {
  const shown = layOut([
    text({ sid: 'a', at: at(0) }),
    text({ sid: 'b', at: at(1) }),
    text({ sid: 'c', at: at(2), from_phone: false }),
    text({ sid: 'd', at: at(7), from_phone: false }),
  ]);
  expect(shown.map((line) => line.joinsAbove)).toEqual([false, true, false, false]);
  expect(shown.map((line) => line.joinsBelow)).toEqual([true, false, false, false]);
});

it('shows the state of the last sent message and of every failed one', () => {
  const shown = layOut([
    text({ sid: 'a', state: 'failed' }),
    text({ sid: 'b', state: 'stored' }),
    text({ sid: 'c', state: 'stored' }),
    text({ sid: 'd', state: 'arrived', from_phone: false }),
  ]);
  expect(shown.map((line) => line.showState)).toEqual([true, false, true, false]);
});
