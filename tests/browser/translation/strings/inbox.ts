import type { Catalog } from '../../../../frontend/src/catalog';
import * as english from '../../../../frontend/src/strings/inbox';
import { marked } from '../mark';

export const connectionStrings: Catalog['connectionStrings'] = marked(english.connectionStrings);
export const listStrings: Catalog['listStrings'] = marked(english.listStrings);
export const toastStrings: Catalog['toastStrings'] = marked(english.toastStrings);
export const menuStrings: Catalog['menuStrings'] = marked(english.menuStrings);
export const notificationStrings: Catalog['notificationStrings'] = marked(
  english.notificationStrings,
);
