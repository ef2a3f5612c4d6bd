import codes from '../../../../frontend/src/api/codes.json';
import localized from '../../../../frontend/src/api/localized.json';
import type { Catalog } from '../../../../frontend/src/catalog';
import { marked } from '../mark';

export const localizedTexts: Catalog['localizedTexts'] = marked(localized);
export const twilioCodes = Object.fromEntries(
  Object.entries(codes).map(([code, { title, advice }]) => [code, marked({ title, advice })]),
) as Catalog['twilioCodes'];
