import { readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import icons from 'unplugin-icons/vite';
import type { Plugin } from 'vite';
import { defineConfig } from 'vitest/config';

const root = import.meta.dirname;

/** Every HTML file at the top is a page: `index.html` is the desk, `phones.html` the phones. */
const pages = readdirSync(root).filter((name) => name.endsWith('.html'));

/** The English words, and the file that is built in their place: `PARTYLINE_STRINGS`, from where Vite was called. */
const english = resolve(root, 'src/strings.ts');
const chosen = resolve(process.env.INIT_CWD ?? '.', process.env.PARTYLINE_STRINGS ?? english);

/**
 * Gives every importer of the words the chosen file; a translation itself may import the English. The phones get a copy
 * of their own, in which only what they say is left, and so does the desk: it loads first and is to stay small.
 */
const words: Plugin = {
  name: 'partyline-words',
  enforce: 'pre',
  resolveId(source, importer) {
    const named = importer && resolve(importer, '..', `${source}.ts`) === english;
    if (!named || importer.split('?')[0] === chosen) return null;
    return importer.includes('/src/phones/') ? `${chosen}?phones` : chosen;
  },
};

/**
 * `~icons/lucide/<name>` is a component that holds little more than the drawing: dozens of them stand on a screen. It is
 * `width` px wide and high, its lines are as thick as `stroke-width` says, and who listens hears nothing of it.
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
  plugins: [words, drawings, svelte()],
  build: {
    // light-dark(), popover and field-sizing pass through untouched.
    target: ['chrome123', 'edge123', 'firefox127', 'safari17.5'],
    // Nothing is inlined: the content security policy knows no data: address but for images.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      input: pages.map((name) => `${root}/${name}`),
      // How long plugins take depends on the machine: no warning of a build.
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
