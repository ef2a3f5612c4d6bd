/**
 * The types of a translation, so that the compiler reports what is missing.
 *
 * A translation is a folder with the files of `strings/`. Each of its exports has the type
 * `Catalog['nameOfTheExport']`.
 */
import type codes from './api/codes.json';
import type localized from './api/localized.json';
import type * as common from './strings/common';
import type * as contact from './strings/contact';
import type * as delivery from './strings/delivery';
import type * as inbox from './strings/inbox';
import type * as media from './strings/media';
import type * as newConversation from './strings/new-conversation';
import type * as palette from './strings/palette';
import type * as phones from './strings/phones';
import type * as quarantine from './strings/quarantine';
import type * as shortcuts from './strings/shortcuts';
import type * as signIn from './strings/sign-in';
import type * as thread from './strings/thread';

/** The values of a text by name. Numbers are raw; the translation formats them. */
export type Values = Record<string, number | string>;

/** A text with `{names}` of values, sizes as `{name:bytes}`, or a function of the values. */
export type Template = string | ((values: Values) => string);

/** The texts of API responses, by key. */
export type LocalizedTexts = Record<keyof typeof localized, Template>;

/** Twilio's error codes: what happened, without a full stop, and what to do. */
export type TwilioCodes = Record<keyof typeof codes, { title: string; advice: string }>;

/** The same shape with any texts. */
type Translated<T> = T extends string
  ? string
  : T extends (...values: infer V) => string
    ? (...values: V) => string
    : { [K in keyof T]: Translated<T[K]> };

type Screens = typeof common &
  typeof contact &
  typeof delivery &
  typeof inbox &
  typeof media &
  typeof newConversation &
  typeof palette &
  typeof phones &
  typeof quarantine &
  typeof shortcuts &
  typeof signIn &
  typeof thread;

/** All exports of a translation, by name. */
export type Catalog = { [K in keyof Screens]: Translated<Screens[K]> } & {
  localizedTexts: LocalizedTexts;
  twilioCodes: TwilioCodes;
};
