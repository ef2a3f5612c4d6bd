/** Returns a count with its noun. */
export const plural = (count: number, singular: string, plural: string) =>
  `${String(count)} ${count === 1 ? singular : plural}`;
