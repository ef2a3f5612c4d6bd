import type { Template, Values } from '../catalog';
import { localizedTexts, twilioCodes } from '../strings';
import { formatLimit } from './size';
import type { MessageError, LocalizedText } from './types';

/** A sentence of an answer in the catalogue's words; in the English that came beside it where it has none. */
export function localize(text: LocalizedText | null | undefined, english: string): string {
  return (text && findTranslation(text)) ?? english;
}

/** The same for sentences that are one text. */
export function localizeAll(texts: LocalizedText[] | undefined, english: string): string {
  const localized = texts?.map(findTranslation) ?? [];
  return localized.length && !localized.includes(null) ? localized.join(' ') : english;
}

/** A code of Twilio's: what happened, and what to do. */
export function localizeCode({
  code,
  title,
  advice,
}: Pick<MessageError, 'code' | 'title' | 'advice'>) {
  return (
    twilioCodes[String(code) as keyof typeof twilioCodes] ?? {
      title: localize({ key: 'code.unknown', values: { code } }, title),
      advice: localize({ key: 'code.unknown_advice', values: {} }, advice),
    }
  );
}

function findTranslation({ key, values }: LocalizedText): string | null {
  const template = localizedTexts[key as keyof typeof localizedTexts];
  return template === undefined ? null : format(template, values);
}

/** A catalogue's sentence with its values. */
export function format(template: Template, values: Values): string {
  if (typeof template === 'function') return template(values);
  return template.replace(/\{(\w+)(:bytes)?\}/g, (_, name: string, bytes?: string) => {
    const value = values[name] ?? '';
    return bytes ? formatLimit(Number(value)) : String(value);
  });
}
