/** What a catalogue of words holds, so that the compiler says what a translation lacks. */
import type codes from './api/codes.json';
import type sentences from './api/sentences.json';
import type * as english from './strings';

/** What stands in a sentence, by name. Numbers are raw: counting and formatting are the translation's. */
export type Values = Record<string, number | string>;

/** A sentence with `{names}` of values, sizes as `{name:bytes}`; or a function, where what it says depends on them. */
export type Template = string | ((values: Values) => string);

/** The sentences of the functions' answers, by key. */
export type LocalizedTexts = Record<keyof typeof sentences, Template>;

/** Twilio's codes: what happened, without a full stop, and what to do. */
export type TwilioCodes = Record<keyof typeof codes, { title: string; advice: string }>;

/** The same shape with other words. */
type Translated<T> = T extends string
  ? string
  : T extends (...values: infer V) => string
    ? (...values: V) => string
    : { [K in keyof T]: Translated<T[K]> };

/** The desk's sentences. */
export type Strings = Translated<typeof english.strings>;

/** The phones' sentences. */
export type PhoneStrings = Translated<typeof english.phoneStrings>;
