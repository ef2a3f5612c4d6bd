import { describe, expect, it } from 'vitest';
import { clock, dayLabel, listTime, sinceTime } from './time.svelte';

const local = (month: number, day: number, hour = 14, minute = 2, year = 2026) =>
  new Date(year, month - 1, day, hour, minute);
const iso = (...date: Parameters<typeof local>) => local(...date).toISOString();
const today = local(11, 20, 16);

describe('times', () => {
  it('are a time today, a weekday within a week and a date before that', () => {
    expect(listTime(iso(11, 20), today)).toBe('14:02');
    expect(listTime(iso(11, 17), today)).toBe('Tue');
    expect(listTime(iso(11, 3), today)).toBe('3 Nov');
    expect(listTime(iso(11, 3, 9, 0, 2025), today)).toBe('3 Nov 2025');
  });

  it('follow calendar days, not hours', () => {
    expect(listTime(iso(11, 19, 23, 59), local(11, 20, 0, 1))).toBe('Thu');
    expect(dayLabel(iso(11, 19, 23, 59), local(11, 20, 0, 1))).toBe('Yesterday');
  });

  it('name the days in a thread', () => {
    expect(dayLabel(iso(11, 20), today)).toBe('Today');
    expect(dayLabel(iso(11, 21, 0, 0), local(11, 20, 23, 59)), 'put forward soon').toBe('Today');
    expect(dayLabel(iso(11, 3), today)).toBe('Tuesday 3 November');
    expect(dayLabel(iso(11, 3, 9, 0, 2025), today)).toBe('3 November 2025');
  });

  it('include the day if it is not today', () => {
    expect(sinceTime(iso(11, 20), today)).toBe('14:02');
    expect(sinceTime(iso(11, 17), today)).toBe('Tue 14:02');
  });

  it('have two digits at midnight', () => {
    expect(clock(iso(11, 20, 0, 5))).toBe('00:05');
  });
});
