import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const css = readFileSync(new URL('tokens.css', import.meta.url), 'utf8');

/** name → [light, dark], read from the file that the pages load. */
const tokens = new Map(
  [...css.matchAll(/--([\w-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)/g)].map((match) => [
    match[1] ?? '',
    [match[2] ?? '', match[3] ?? ''] as const,
  ]),
);

function luminance(hex: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const c = parseInt(hex.slice(at, at + 2), 16) / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** WCAG 2 contrast of two opaque colors. */
function contrast(a: string, b: string): number {
  const [high = 0, low = 0] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (high + 0.05) / (low + 0.05);
}

/** `ink` at `share` over `ground`, as color-mix() in sRGB does it. */
function mix(ink: string, share: number, ground: string): string {
  const channel = (hex: string, at: number) => parseInt(hex.slice(at, at + 2), 16);
  return `#${[1, 3, 5]
    .map((at) => Math.round(channel(ink, at) * share + channel(ground, at) * (1 - share)))
    .map((value) => value.toString(16).padStart(2, '0'))
    .join('')}`;
}

const surfaces = ['desk', 'surface', 'raised', 'sunken', 'wash', 'own'];
const calm = ['desk', 'surface', 'raised', 'wash'];
const hues = ['hue-1', 'hue-2', 'hue-3', 'hue-4', 'hue-5', 'hue-6', 'hue-7', 'hue-8'];

/** Every used pair: foreground, its backgrounds and the lowest allowed contrast. */
const pairs: [string, string[], number][] = [
  ['ink', [...surfaces, 'warn-wash', 'danger-wash'], 4.5],
  ['ink-2', [...surfaces, 'warn-wash', 'danger-wash'], 4.5],
  ['ink-3', [...surfaces], 4.5],
  ['petrol', surfaces, 4.5],
  ['petrol-hover', surfaces, 4.5],
  ['on-petrol', ['petrol', 'petrol-hover'], 4.5],
  ['danger', [...surfaces, 'danger-wash'], 4.5],
  ['ok', surfaces, 4.5],
  ['attention-text', [...calm, 'warn-wash'], 4.5],
  ['on-attention', ['attention'], 4.5],
  ['attention', calm, 3],
  ['line-strong', calm, 3],
  ['focus', surfaces, 3],
];

describe.each([
  ['light', 0],
  ['dark', 1],
] as const)('the colors in %s', (_, theme) => {
  const value = (name: string): string => {
    const found = tokens.get(name)?.[theme];
    if (!found) throw new Error(`tokens.css has no --${name}`);
    return found;
  };

  for (const [ink, grounds, least] of pairs) {
    it.each(grounds)(`${ink} on %s reaches ${String(least)}`, (ground) => {
      expect(contrast(value(ink), value(ground))).toBeGreaterThanOrEqual(least);
    });
  }

  it.each(hues)('%s has enough contrast as a name and as a monogram on 12 %% of itself', (hue) => {
    for (const ground of ['surface', 'raised', 'wash']) {
      expect(contrast(value(hue), value(ground))).toBeGreaterThanOrEqual(4.5);
      expect(contrast(value(hue), mix(value(hue), 0.12, value('raised')))).toBeGreaterThanOrEqual(
        4.5,
      );
    }
  });
});
