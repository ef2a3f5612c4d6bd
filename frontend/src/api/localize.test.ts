import { describe, expect, it } from 'vitest';
import type { Catalog, LocalizedTexts } from '../catalog';
import { format, localize, localizeAll, localizeCode } from './localize';
import { appStrings } from '../strings/app';
import localized from './localized.json';

describe('localized texts', () => {
  const missing = { key: 'message.missing', values: {} };

  it('fall back to the English of the response', () => {
    expect(localize(missing, 'There is no such message.')).toBe('There is no such message.');
    expect(localize(null, 'Kept before.')).toBe('Kept before.');
    expect(localizeAll([missing, missing], 'One. Two.')).toBe('One. Two.');
    expect(localizeAll([], 'One.')).toBe('One.');
    const error = {
      code: 30003,
      title: 'Not reached',
      localized_title: null,
      advice: 'Try again later.',
      localized_advice: null,
      retryable: true,
    };
    expect(localizeCode(error)).toEqual({ title: 'Not reached', advice: 'Try again later.' });
  });

  it('contain their values, with sizes formatted', () => {
    const large = localized['file.too_large'];
    const text = 'The file is too large. It can be at most 5 MB.';
    expect(format(large, { max: 5 * 1024 * 1024 })).toBe(text);
    expect(format('{max:bytes}, {max}, {name}', { max: 2048, name: 'a {max}' })).toBe(
      '2 KB, 2048, a {max}',
    );
  });

  it('must be complete in a translation, or it does not compile', () => {
    // @ts-expect-error Most texts are missing.
    const partial: LocalizedTexts = { 'message.missing': 'Diese Nachricht gibt es nicht.' };
    // @ts-expect-error A number is not a text.
    const invalid: Catalog['appStrings'] = { ...appStrings, cancel: 7 };
    expect([partial, invalid]).toHaveLength(2);
  });

  it('may be functions of the values', () => {
    const template = ({ count }: Record<string, number | string>) =>
      count === 1 ? 'eine Datei' : `${String(count)} Dateien`;
    expect(format(template, { count: 1 })).toBe('eine Datei');
    expect(format(template, { count: 3 })).toBe('3 Dateien');
  });
});
