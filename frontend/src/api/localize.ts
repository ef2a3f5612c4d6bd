import type { Template, Values } from '../catalog';
import { localizedTexts, twilioCodes } from '../strings/server';
import { formatLimit } from './size';
import type { MessageError, LocalizedText } from './types';

/** Returns a localized text in the catalog's language, or the English from the response. */
export function localize(text: LocalizedText | null | undefined, english: string): string {
  return (text && findTranslation(text)) ?? english;
}

/** The same for several texts, joined. */
export function localizeAll(texts: LocalizedText[] | undefined, english: string): string {
  const localized = texts?.map(findTranslation) ?? [];
  return localized.length && !localized.includes(null) ? localized.join(' ') : english;
}

/** Returns what a Twilio error code means and what to do about it. */
export function localizeCode({
  code,
  title,
  localized_title,
  advice,
  localized_advice,
}: MessageError) {
  return (
    twilioCodes[String(code) as keyof typeof twilioCodes] ?? {
      title: localize(localized_title, title),
      advice: localize(localized_advice, advice),
    }
  );
}

function findTranslation({ key, values }: LocalizedText): string | null {
  const template = localizedTexts[key as keyof typeof localizedTexts];
  return template === undefined ? null : format(template, values);
}

/** Fills a template of the catalog with values. */
export function format(template: Template, values: Values): string {
  if (typeof template === 'function') return template(values);
  return template.replace(/\{(\w+)(:bytes)?\}/g, (_, name: string, bytes?: string) => {
    const value = values[name] ?? '';
    return bytes ? formatLimit(Number(value)) : String(value);
  });
}
