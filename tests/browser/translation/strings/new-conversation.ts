import type { Catalog } from '../../../../frontend/src/catalog';
import * as english from '../../../../frontend/src/strings/new-conversation';
import { marked } from '../mark';

export const newConversationStrings: Catalog['newConversationStrings'] = marked(
  english.newConversationStrings,
);
