import type { Catalog } from '../../../../frontend/src/catalog';
import * as english from '../../../../frontend/src/strings/delivery';
import { marked } from '../mark';

export const deliveryStrings: Catalog['deliveryStrings'] = marked(english.deliveryStrings);
