/** From here on (ms) the end of the window is near. */
const SOON = 2 * 3_600_000;

/** What is left of the time in which a person may be answered freely. */
export interface RemainingTime {
  state: 'open' | 'soon' | 'over';
  hours: number;
  minutes: number;
}

/** What is left at `now` (ms) of the window that ends at `ends` (ISO 8601), in whole minutes. */
export function remainingTime(ends: string, now: number): RemainingTime {
  const left = Math.max(0, Date.parse(ends) - now);
  const minutes = Math.floor(left / 60_000);
  const state = left === 0 ? 'over' : left <= SOON ? 'soon' : 'open';
  return { state, hours: Math.floor(minutes / 60), minutes: minutes % 60 };
}
