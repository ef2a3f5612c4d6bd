import type { Catalog } from '../../../../frontend/src/catalog';
import * as english from '../../../../frontend/src/strings/contact';
import { marked } from '../mark';

export const consentStrings: Catalog['consentStrings'] = marked(english.consentStrings);
export const contactStrings: Catalog['contactStrings'] = marked(english.contactStrings);
