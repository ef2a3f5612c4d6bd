/** The reply window closes soon from here on (ms). */
const SOON = 2 * 3_600_000;

/** The time left in the reply window. */
export interface RemainingTime {
  state: 'open' | 'soon' | 'over';
  hours: number;
  minutes: number;
}

/** Returns the time left at `now` (ms) until `ends` (ISO 8601), in whole minutes. */
export function remainingTime(ends: string, now: number): RemainingTime {
  const left = Math.max(0, Date.parse(ends) - now);
  const minutes = Math.floor(left / 60_000);
  const state = left === 0 ? 'over' : left <= SOON ? 'soon' : 'open';
  return { state, hours: Math.floor(minutes / 60), minutes: minutes % 60 };
}
