import type { Catalog } from '../../../../frontend/src/catalog';
import * as english from '../../../../frontend/src/strings/quarantine';
import { marked } from '../mark';

export const quarantineStrings: Catalog['quarantineStrings'] = marked(english.quarantineStrings);
