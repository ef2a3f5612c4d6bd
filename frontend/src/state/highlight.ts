/** A part of a text; `hit` if it is what was searched for. */
export interface TextPart {
  text: string;
  hit: boolean;
}

/** Splits a name or number into what a search has found in it and the rest. */
export function highlight(text: string, search: string): TextPart[] {
  const words = fold(search).filter(Boolean).join('').split(/\s+/).filter(Boolean);
  const hits = [...text].map(() => false);
  for (const word of words) mark(hits, text, [...word]);
  const digits = search.replace(/\D/g, '');
  if (digits && !/\p{L}/u.test(search)) mark(hits, text, [...digits], /\d/);
  return join(text, hits);
}

/** Marks where the signs stand one after the other. With `only`, other signs may be between them. */
function mark(hits: boolean[], text: string, signs: string[], only?: RegExp): void {
  const folded = fold(text)
    .map((sign, at) => ({ sign, at }))
    .filter(({ sign }) => (only ? only.test(sign) : sign !== ''));
  // A sign may be folded to several, as ß to ss.
  const each = folded.flatMap(({ sign, at }) => [...sign].map((one) => ({ sign: one, at })));
  for (let start = 0; start + signs.length <= each.length; start += 1) {
    const isHit = signs.every((sign, at) => each[start + at]?.sign === sign);
    const [first, last] = [each[start]?.at, each[start + signs.length - 1]?.at];
    if (!isHit || first === undefined || last === undefined) continue;
    for (let at = first; at <= last; at += 1) hits[at] = true;
    return;
  }
}

/** Returns each sign of a text without case and marks, as the server compares them. */
const fold = (text: string): string[] =>
  [...text].map((sign) =>
    sign.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase().replaceAll('ß', 'ss'),
  );

function join(text: string, hits: boolean[]): TextPart[] {
  const parts: TextPart[] = [];
  [...text].forEach((sign, at) => {
    const last = parts.at(-1);
    const hit = hits[at] ?? false;
    if (last?.hit === hit) last.text += sign;
    else parts.push({ text: sign, hit });
  });
  return parts;
}
