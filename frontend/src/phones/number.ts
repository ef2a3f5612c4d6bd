/**
 * A North American number in groups, as people there write it; any other as it is, with its country in front;
 * the id of a sender without its channel.
 */
export function format(address: string): string {
  const e164 = address.slice(address.indexOf(':') + 1);
  const american = /^\+1(\d{3})(\d{3})(\d{4})$/.exec(e164);
  return american ? `(${american[1] ?? ''}) ${american[2] ?? ''}-${american[3] ?? ''}` : e164;
}

/** What a customer is called where a name is needed. */
export const called = (phone: { name: string | null; number: string }) =>
  phone.name ?? format(phone.number);
