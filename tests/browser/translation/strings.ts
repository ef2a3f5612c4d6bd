/** A translation into no language: every string of the English catalogue, and of the answers, in ⟦brackets⟧. */
import codesInEnglish from '../../../frontend/src/api/codes.json';
import sentences from '../../../frontend/src/api/sentences.json';
import type {
  LocalizedTexts,
  PhoneStrings,
  Strings,
  TwilioCodes,
} from '../../../frontend/src/catalog';
import * as english from '../../../frontend/src/strings';

function marked(said: unknown): unknown {
  if (typeof said === 'string') return said && `⟦${said}⟧`;
  if (typeof said === 'function') {
    return (...values: unknown[]): unknown =>
      marked((said as (...all: unknown[]) => unknown)(...values));
  }
  if (Array.isArray(said)) return said.map(marked);
  return Object.fromEntries(Object.entries(said as object).map(([key, one]) => [key, marked(one)]));
}

export const { locale } = english;
export const strings = marked(english.strings) as Strings;
export const phoneStrings = marked(english.phoneStrings) as PhoneStrings;
export const localizedTexts = marked(sentences) as LocalizedTexts;
export const twilioCodes = Object.fromEntries(
  Object.entries(codesInEnglish).map(([code, { title, advice }]) => [
    code,
    marked({ title, advice }),
  ]),
) as TwilioCodes;
