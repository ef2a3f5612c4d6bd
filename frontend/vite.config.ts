import { readdirSync } from 'node:fs';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

const root = import.meta.dirname;

/** Every HTML file at the top is a page: `index.html` is the desk, `phones.html` the phones. */
const pages = readdirSync(root).filter((name) => name.endsWith('.html'));

export default defineConfig({
  root,
  plugins: [svelte()],
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
