/** Returns a count with its noun. */
export const plural = (count: number, one: string, many: string) =>
  `${String(count)} ${count === 1 ? one : many}`;
