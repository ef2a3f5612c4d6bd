import type { Catalog } from '../../../../frontend/src/catalog';
import * as english from '../../../../frontend/src/strings/common';
import { marked } from '../mark';

export const locale: Catalog['locale'] = english.locale;
export const commonStrings: Catalog['commonStrings'] = marked(english.commonStrings);
