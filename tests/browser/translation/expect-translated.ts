import { expect, type Frame, type Page } from '@playwright/test';

/** Attributes with text for users. */
const ATTRIBUTES = [
  'alt',
  'aria-description',
  'aria-label',
  'aria-roledescription',
  'aria-valuetext',
  'data-tip',
  'placeholder',
  'title',
];

/** Words of formatted dates in the catalog's locale. */
const BY_INTL = intl('en-GB');

/** Expects that the page has no text besides the catalog's and `data`. */
export async function expectTranslated(page: Page, data: string[]): Promise<void> {
  const told = await Promise.all(page.frames().map(visibleTexts));
  const all = told.flat();
  expect(all.filter((text) => text.includes('⟦')).length, 'something was read').toBeGreaterThan(2);
  expect(all.filter((text) => isUntranslated(text, data))).toEqual([]);
}

/** Returns whether a text has words that are neither marked nor data. */
export function isUntranslated(text: string, data: string[]): boolean {
  let rest = text;
  while (/⟦[^⟦⟧]*⟧/.test(rest)) rest = rest.replace(/⟦[^⟦⟧]*⟧/g, ' ');
  for (const known of [...data].sort((one, other) => other.length - one.length)) {
    rest = rest.replaceAll(known, ' ');
  }
  rest = rest.replace(/\b[A-Z]{2}[0-9a-f]{32}\b/g, ' ').replace(BY_INTL, ' ');
  return /\p{L}{2,}/u.test(rest);
}

/** Returns every visible or spoken text of a frame. */
function visibleTexts(frame: Frame): Promise<string[]> {
  return frame.evaluate((attributes) => {
    const texts = [document.title];
    const seen = (element: Element) => element.localName === 'option' || element.checkVisibility();
    const nodes = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = nodes.nextNode(); node; node = nodes.nextNode()) {
      const parent = node.parentElement;
      // A raw webhook is data; the wordmark has its label.
      if (parent && !parent.closest('script, style, pre, [role=img]') && seen(parent)) {
        texts.push(node.textContent ?? '');
      }
    }
    for (const name of attributes) {
      for (const element of document.querySelectorAll(`[${name}]`)) {
        if (seen(element)) texts.push(element.getAttribute(name) ?? '');
      }
    }
    return texts.map((text) => text.trim()).filter(Boolean);
  }, ATTRIBUTES);
}

function intl(locale: string): RegExp {
  const words = ['at'];
  for (const style of ['long', 'short'] as const) {
    for (let at = 0; at < 12; at++) {
      words.push(new Date(2026, at, 1).toLocaleDateString(locale, { month: style }));
    }
    for (let day = 1; day <= 7; day++) {
      words.push(new Date(2026, 0, day).toLocaleDateString(locale, { weekday: style }));
    }
  }
  return new RegExp(`\\b(${words.join('|')})\\b`, 'g');
}
