/** A North American number in groups, as people there write it; any other as it is, with its country in front. */
export function format(e164: string): string {
  const american = /^\+1(\d{3})(\d{3})(\d{4})$/.exec(e164);
  return american ? `(${american[1] ?? ''}) ${american[2] ?? ''}-${american[3] ?? ''}` : e164;
}

/** What a customer is called where a name is needed. */
export const called = (phone: { name: string | null; number: string }) =>
  phone.name ?? format(phone.number);
