const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** The time (ms) inside a ULID, or null when it is none. */
export function ulidTime(ulid: string): number | null {
  if (ulid.length !== 26) return null;
  let time = 0;
  for (const letter of ulid.slice(0, 10)) {
    const value = ALPHABET.indexOf(letter.toUpperCase());
    if (value < 0) return null;
    time = time * 32 + value;
  }
  return time;
}

/** A key for one click: random, and not bound to a secure context as randomUUID() is. */
export function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
