import { SvelteDate } from 'svelte/reactivity';
import { appStrings, locale } from '../strings/app';

const DAY = 86_400_000;

/** Creates the formatter on first use: each costs as much as drawing several bubbles. */
function format(options: Intl.DateTimeFormatOptions) {
  let made: Intl.DateTimeFormat | null = null;
  return {
    format: (date: Date) => (made ??= new Intl.DateTimeFormat(locale, options)).format(date),
  };
}

const CLOCK = format({ hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
const SECONDS = format({
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
});
const WEEKDAY = format({ weekday: 'short' });
const DATE = format({ day: 'numeric', month: 'short' });
const DATE_YEAR = format({ day: 'numeric', month: 'short', year: 'numeric' });
const LONG_DAY = format({ weekday: 'long', day: 'numeric', month: 'long' });
const LONG_DAY_YEAR = format({ day: 'numeric', month: 'long', year: 'numeric' });
const FULL = format({
  weekday: 'long',
  day: 'numeric',
  month: 'long',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  hourCycle: 'h23',
});

/** The current time, updated every 30 s. */
export const now = new SvelteDate();
setInterval(() => now.setTime(Date.now()), 30_000);

/** Formats a time of day: "14:02". */
export const clock = (at: string | number) => CLOCK.format(new Date(at));

/** Formats a time of day with seconds: "14:02:07". */
export const clockSeconds = (at: string) => SECONDS.format(new Date(at));

/** Formats a full time for tooltips: "Tuesday, 3 November 2026 at 14:02". */
export const fullTime = (at: string | number) => FULL.format(new Date(at));

/** Formats a time for the list: "14:02" today, "Tue" within a week, "3 Nov" within the year. */
export function listTime(at: string, today: Date): string {
  const days = daysBetween(new Date(at), today);
  if (days <= 0) return clock(at);
  if (days < 7) return WEEKDAY.format(new Date(at));
  return sameYear(at, today) ? DATE.format(new Date(at)) : DATE_YEAR.format(new Date(at));
}

/** Formats a day for separators: "Today", "Yesterday", "Tuesday 3 November". */
export function dayLabel(at: string, today: Date): string {
  const date = new Date(at);
  const days = daysBetween(date, today);
  // A message may arrive just after midnight, before `today` is updated.
  if (days <= 0) return appStrings.today;
  if (days === 1) return appStrings.yesterday;
  return sameYear(at, today) ? LONG_DAY.format(date) : LONG_DAY_YEAR.format(date);
}

/** Formats a date: "3 November 2026". */
export const longDate = (at: string) => LONG_DAY_YEAR.format(new Date(at));

/** Returns a key that times on the same local day share. */
export const dayKey = (at: string) => new Date(at).toDateString();

/** Formats a start time: "14:02" today, otherwise "Tue 14:02" or "3 Nov 14:02". */
export function sinceTime(at: string, today: Date): string {
  const day = listTime(at, today);
  return day === clock(at) ? day : `${day} ${clock(at)}`;
}

function daysBetween(from: Date, to: Date): number {
  const midnight = (date: Date) => Date.UTC(date.getFullYear(), date.getMonth(), date.getDate());
  return Math.round((midnight(to) - midnight(from)) / DAY);
}

const sameYear = (at: string, today: Date) => new Date(at).getFullYear() === today.getFullYear();
