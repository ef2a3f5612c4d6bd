import type { Catalog } from '../../../../frontend/src/catalog';
import * as english from '../../../../frontend/src/strings/app';
import { marked } from '../mark';

export const locale: Catalog['locale'] = english.locale;
export const appStrings: Catalog['appStrings'] = marked(english.appStrings);
