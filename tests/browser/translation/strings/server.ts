import codes from '../../../../frontend/src/api/codes.json';
import sentences from '../../../../frontend/src/api/sentences.json';
import type { Catalog } from '../../../../frontend/src/catalog';
import { marked } from '../mark';

export const localizedTexts: Catalog['localizedTexts'] = marked(sentences);
export const twilioCodes = Object.fromEntries(
  Object.entries(codes).map(([code, { title, advice }]) => [code, marked({ title, advice })]),
) as Catalog['twilioCodes'];
