import type { Catalog } from '../../../../frontend/src/catalog';
import * as english from '../../../../frontend/src/strings/palette';
import { marked } from '../mark';

export const paletteStrings: Catalog['paletteStrings'] = marked(english.paletteStrings);
