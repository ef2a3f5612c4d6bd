/** The types of a translation, so that the compiler reports what is missing. */
import type codes from './api/codes.json';
import type sentences from './api/sentences.json';
import type * as english from './strings';

/** The values of a text by name. Numbers are raw; the translation formats them. */
export type Values = Record<string, number | string>;

/** A text with `{names}` of values, sizes as `{name:bytes}`, or a function of the values. */
export type Template = string | ((values: Values) => string);

/** The texts of API responses, by key. */
export type LocalizedTexts = Record<keyof typeof sentences, Template>;

/** Twilio's error codes: what happened, without a full stop, and what to do. */
export type TwilioCodes = Record<keyof typeof codes, { title: string; advice: string }>;

/** The same shape with any texts. */
type Translated<T> = T extends string
  ? string
  : T extends (...values: infer V) => string
    ? (...values: V) => string
    : { [K in keyof T]: Translated<T[K]> };

/** The texts of the desk. */
export type Strings = Translated<typeof english.strings>;

/** The texts of the Phones page. */
export type PhoneStrings = Translated<typeof english.phoneStrings>;
