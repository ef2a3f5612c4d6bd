import type { Catalog } from '../../../../frontend/src/catalog';
import * as english from '../../../../frontend/src/strings/phones';
import { marked } from '../mark';

export const phoneStrings: Catalog['phoneStrings'] = marked(english.phoneStrings);
