const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** Returns the time (ms) of a ULID, or null if it is invalid. */
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

/** Returns a random key for one action. Unlike `randomUUID()`, works without a secure context. */
export function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
