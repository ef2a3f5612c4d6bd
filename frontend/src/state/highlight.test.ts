import { describe, expect, it } from 'vitest';
import { highlight } from './highlight';

describe('a hit in a name or number', () => {
  it.each([
    ['Maria del Carmen', 'carm', 'Maria del [Carm]en'],
    ['Maria del Carmen', 'MARIA c', '[Maria] del [C]armen'],
    ['Jürgen Großmann', 'grossm', 'Jürgen [Großm]ann'],
    ['Lucía Fernández', 'fernan', 'Lucía [Fernán]dez'],
    ['佐藤 美咲', '美咲', '佐藤 [美咲]'],
    ['🎉 Ada', 'ada', '🎉 [Ada]'],
    ['(206) 555-0123', '0123', '(206) 555-[0123]'],
    ['(206) 555-0123', '2065', '([206) 5]55-0123'],
    ['(206) 555-0123', '+1206', '(206) 555-0123'],
    ['Ada', 'grace', 'Ada'],
    ['Ada', '', 'Ada'],
    ['', 'a', ''],
  ])('%s, %s', (text, search, shown) => {
    const parts = highlight(text, search).map(({ text, hit }) => (hit ? `[${text}]` : text));
    expect(parts.join('')).toBe(shown);
  });
});
