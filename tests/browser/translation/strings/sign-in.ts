import type { Catalog } from '../../../../frontend/src/catalog';
import * as english from '../../../../frontend/src/strings/sign-in';
import { marked } from '../mark';

export const signInStrings: Catalog['signInStrings'] = marked(english.signInStrings);
