import { readdirSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import icons from 'unplugin-icons/vite';
import type { Plugin } from 'vite';
import { defineConfig } from 'vitest/config';

const root = import.meta.dirname;

/** Every HTML file at the top is a page: `index.html` is the desk, `phones.html` the phones. */
const pages = readdirSync(root).filter((name) => name.endsWith('.html'));

/** The English texts, and the folder built in their place: `PARTYLINE_STRINGS`, relative to where Vite was called. */
const english = resolve(root, 'src/strings');
const chosen = resolve(process.env.INIT_CWD ?? '.', process.env.PARTYLINE_STRINGS ?? english);

/** Resolves imports of texts to the chosen folder. Files of both folders may import the English texts. */
const translation: Plugin = {
  name: 'partyline-translation',
  enforce: 'pre',
  resolveId(source, importer) {
    if (chosen === english || !importer) return null;
    const from = dirname(importer.split('?')[0] ?? '');
    const target = resolve(from, source);
    if (dirname(target) !== english || from === english || from === chosen) return null;
    return join(chosen, `${basename(target)}.ts`);
  },
};

/**
 * Compiles `~icons/lucide/<name>` to a small component, because a screen draws dozens of icons.
 *
 * Props: `width` (px, also the height) and `stroke-width`. Icons are hidden from screen readers.
 */
const drawings = icons({
  compiler: {
    extension: 'svelte',
    compiler: (svg) => {
      const drawing = svg.slice(svg.indexOf('>') + 1).replaceAll(' stroke-width="2"', '');
      return `<script>
        const { width = 20, 'stroke-width': thickness = 1.75 } = $props();
      </script>
      <svg viewBox="0 0 24 24" {width} height={width} stroke-width={thickness} aria-hidden="true">${drawing}`;
    },
  },
});

export default defineConfig({
  root,
  plugins: [translation, drawings, svelte()],
  build: {
    // light-dark(), popover and field-sizing pass through untouched.
    target: ['chrome123', 'edge123', 'firefox127', 'safari17.5'],
    // Inlines nothing: the content security policy allows data: URLs for images only.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      input: pages.map((name) => `${root}/${name}`),
      // The time of plugins depends on the machine and is no reason for a warning.
      checks: { pluginTimings: false },
    },
    manifest: true,
  },
  server: {
    port: 5173,
    proxy: {
      '/api': 'http://localhost:3000',
      '/phones/api': 'http://localhost:3000',
      '/ws': { target: 'ws://localhost:3000', ws: true },
    },
  },
  resolve: process.env.VITEST ? { conditions: ['browser'] } : {},
  test: { include: ['src/**/*.test.ts', 'scripts/**/*.test.ts'], environment: 'node' },
});
