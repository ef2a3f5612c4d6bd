import type { Catalog } from '../../../../frontend/src/catalog';
import * as english from '../../../../frontend/src/strings/media';
import { marked } from '../mark';

export const mediaStrings: Catalog['mediaStrings'] = marked(english.mediaStrings);
