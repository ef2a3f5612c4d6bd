import type { Catalog } from '../../../../frontend/src/catalog';
import * as english from '../../../../frontend/src/strings/thread';
import { marked } from '../mark';

export const threadStrings: Catalog['threadStrings'] = marked(english.threadStrings);
export const badgeStrings: Catalog['badgeStrings'] = marked(english.badgeStrings);
export const statusStrings: Catalog['statusStrings'] = marked(english.statusStrings);
export const failureStrings: Catalog['failureStrings'] = marked(english.failureStrings);
export const composerStrings: Catalog['composerStrings'] = marked(english.composerStrings);
export const attachStrings: Catalog['attachStrings'] = marked(english.attachStrings);
export const threadSearchStrings: Catalog['threadSearchStrings'] = marked(
  english.threadSearchStrings,
);
export const optOutStrings: Catalog['optOutStrings'] = marked(english.optOutStrings);
