/** Puts every text of a value in ⟦brackets⟧. */
export function marked<T>(value: T): T {
  return mark(value) as T;
}

function mark(value: unknown): unknown {
  if (typeof value === 'string') return value && `⟦${value}⟧`;
  if (typeof value === 'function') {
    return (...values: unknown[]): unknown =>
      mark((value as (...all: unknown[]) => unknown)(...values));
  }
  if (Array.isArray(value)) return value.map(mark);
  return Object.fromEntries(Object.entries(value as object).map(([key, one]) => [key, mark(one)]));
}
