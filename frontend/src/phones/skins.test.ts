import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const read = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8');
const css = read('../styles/tokens.css') + read('phones.css');

/** The blocks of skins are marked by their names. Tokens outside them apply to all. */
const SKIN = /\[data-skin='(\w+)'\] \{([^}]*)\}/g;
const skins = new Map([...css.matchAll(SKIN)].map(([, name = '', block = '']) => [name, block]));

/** name → [light, dark], read from the files that the page loads, for one skin. */
const tokensOf = (skin: string) =>
  new Map(
    [
      ...(css.replaceAll(SKIN, '') + (skins.get(skin) ?? '')).matchAll(
        /--([\w-]+): (?:light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)|(#[0-9a-f]{6}));/g,
      ),
    ].map(([, name = '', light, dark, both]) => [
      name,
      [light ?? both ?? '', dark ?? both ?? ''] as const,
    ]),
  );

function luminance(hex: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const c = parseInt(hex.slice(at, at + 2), 16) / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** Foreground, its backgrounds and the lowest allowed contrast. */
const pairs: [string, string[], number][] = [
  ['skin-ink', ['skin-paper', 'skin-bar', 'skin-theirs'], 4.5],
  ['skin-meta', ['skin-paper', 'skin-bar', 'skin-theirs'], 4.5],
  ['on-own', ['skin-own'], 4.5],
  ['danger', ['skin-paper', 'sunken'], 4.5],
  ['line-strong', ['skin-paper', 'sunken'], 3],
  ['attention-moving', ['sunken'], 3],
  ['focus', ['skin-paper'], 3],
];

describe.each(
  [...skins.keys()].flatMap((skin) => [[skin, 'light', 0] as const, [skin, 'dark', 1] as const]),
)('%s, %s', (skin, _scheme, side) => {
  const tokens = tokensOf(skin);
  // The times between bubbles are drawn on the background pattern.
  const woven: typeof pairs = skin === 'whatsapp' ? [['skin-meta', ['skin-weave'], 4.5]] : [];
  it.each([...pairs, ...woven])('%s has enough contrast on %s', (ink, grounds, least) => {
    for (const ground of grounds) {
      const [a, b] = [ink, ground].map((name) => luminance(tokens.get(name)?.[side] ?? '')) as [
        number,
        number,
      ];
      const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
      expect(contrast, `${ink} on ${ground}`).toBeGreaterThanOrEqual(least);
    }
  });
});
