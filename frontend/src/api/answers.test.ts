import { describe, expect, it } from 'vitest';
import type { Answers, Strings } from '../catalogue';
import { strings } from '../strings';
import { say, sayAll, sayCode, worded } from './answers';
import sentences from './sentences.json';

describe('the words of an answer', () => {
  const missing = { key: 'message.missing', values: {} };

  it('are the English that came with it where the catalogue has none', () => {
    expect(say(missing, 'There is no such message.')).toBe('There is no such message.');
    expect(say(null, 'Kept before.')).toBe('Kept before.');
    expect(sayAll([missing, missing], 'One. Two.')).toBe('One. Two.');
    expect(sayAll([], 'One.')).toBe('One.');
    const error = { code: 30003, title: 'Not reached', advice: 'Try again later.' };
    expect(sayCode(error)).toEqual({ title: 'Not reached', advice: 'Try again later.' });
  });

  it('hold the values, sizes as people read them', () => {
    const large = sentences['file.too_large'];
    const text = 'The file is too large: at most 5 MB can be sent here.';
    expect(worded(large, { most: 5 * 1024 * 1024 })).toBe(text);
    expect(worded('{most:bytes}, {most}, {name}', { most: 2048, name: 'a {most}' })).toBe(
      '2 KB, 2048, a {most}',
    );
  });

  it('are all there in a translation, or it does not compile', () => {
    // @ts-expect-error Most sentences are missing.
    const some: Answers = { 'message.missing': 'Diese Nachricht gibt es nicht.' };
    // @ts-expect-error A number is no text.
    const odd: Strings = { ...strings, cancel: 7 };
    expect([some, odd]).toHaveLength(2);
  });

  it('may depend on the values', () => {
    const template = ({ count }: Record<string, number | string>) =>
      count === 1 ? 'eine Datei' : `${String(count)} Dateien`;
    expect(worded(template, { count: 1 })).toBe('eine Datei');
    expect(worded(template, { count: 3 })).toBe('3 Dateien');
  });
});
