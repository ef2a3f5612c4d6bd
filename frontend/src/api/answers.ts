import type { Template, Values } from '../catalogue';
import { answers, codes } from '../strings';
import { limitInWords } from './size';
import type { MessageError, Sentence } from './types';

/** A sentence of an answer in the catalogue's words; in the English that came beside it where it has none. */
export function say(sentence: Sentence | null | undefined, english: string): string {
  return (sentence && translated(sentence)) ?? english;
}

/** The same for sentences that are one text. */
export function sayAll(sentences: Sentence[] | undefined, english: string): string {
  const said = sentences?.map(translated) ?? [];
  return said.length && !said.includes(null) ? said.join(' ') : english;
}

/** A code of Twilio's: what happened, and what to do. */
export function sayCode({ code, title, advice }: Pick<MessageError, 'code' | 'title' | 'advice'>) {
  return (
    codes[String(code) as keyof typeof codes] ?? {
      title: say({ key: 'code.unknown', values: { code } }, title),
      advice: say({ key: 'code.unknown_advice', values: {} }, advice),
    }
  );
}

function translated({ key, values }: Sentence): string | null {
  const template = answers[key as keyof typeof answers];
  return template === undefined ? null : worded(template, values);
}

/** A catalogue's sentence with its values. */
export function worded(template: Template, values: Values): string {
  if (typeof template === 'function') return template(values);
  return template.replace(/\{(\w+)(:bytes)?\}/g, (_, name: string, bytes?: string) => {
    const value = values[name] ?? '';
    return bytes ? limitInWords(Number(value)) : String(value);
  });
}
