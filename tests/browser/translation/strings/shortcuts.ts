import type { Catalog } from '../../../../frontend/src/catalog';
import * as english from '../../../../frontend/src/strings/shortcuts';
import { marked } from '../mark';

export const shortcutStrings: Catalog['shortcutStrings'] = marked(english.shortcutStrings);
