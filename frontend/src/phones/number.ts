/** A phone's own way of writing a number: North American ones in groups, others with their country in front. */
export function format(e164: string): string {
  const american = /^\+1(\d{3})(\d{3})(\d{4})$/.exec(e164);
  if (american) return `(${american[1] ?? ''}) ${american[2] ?? ''}-${american[3] ?? ''}`;
  const other = /^\+(\d{1,3}?)(\d{3})(\d{3})(\d*)$/.exec(e164);
  if (!other) return e164;
  return `+${other.slice(1).filter(Boolean).join(' ')}`;
}

/** What a customer is called where a name is needed. */
export const called = (phone: { name: string | null; number: string }) =>
  phone.name ?? format(phone.number);
