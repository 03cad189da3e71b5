/**
 * `vite build` makes all that this service serves: `dist/widget.js` (one classic script that any website can embed),
 * `dist/widget-demo.html`, `dist/form.js` and `dist/form.css` for the public forms, and `dist/simulator/` where that page exists.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { defineConfig } from 'vite';

const here = import.meta.dirname;
const simulator = join(here, 'simulator', 'index.html');
const pages = { 'widget-demo': join(here, 'widget-demo.html'), ...(existsSync(simulator) && { simulator }) };

export default defineConfig({
  root: here,
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact', development: false } },
  resolve: { alias: [{ find: /^\.\/webtransport\.js$/, replacement: join(here, 'src', 'no-webtransport.ts') }] },
  define: { 'process.env.NODE_ENV': '"production"' },
  build: { outDir: join(here, 'dist'), target: 'es2022' },
  environments: {
    // Pages keep their scripts beside the simulator's page: `/assets` belongs to the console.
    client: {
      build: {
        emptyOutDir: true,
        assetsDir: 'simulator/assets',
        modulePreload: { polyfill: false },
        rolldownOptions: { input: pages },
      },
    },
    widget: {
      consumer: 'client',
      resolve: { noExternal: true },
      build: {
        emptyOutDir: false,
        lib: {
          entry: join(here, 'src', 'widget.tsx'),
          name: 'patchbayWidget',
          formats: ['iife'],
          fileName: () => 'widget.js',
        },
      },
    },
    // The public forms' script and style, under names that the hub's pages know.
    form: {
      consumer: 'client',
      resolve: { noExternal: true },
      build: {
        emptyOutDir: false,
        lib: {
          entry: join(here, 'form', 'form.ts'),
          name: 'patchbayForm',
          formats: ['iife'],
          fileName: () => 'form.js',
          cssFileName: 'form',
        },
      },
    },
  },
  builder: {
    async buildApp(builder) {
      for (const environment of Object.values(builder.environments)) {
        if (environment.name !== 'ssr') await builder.build(environment);
      }
    },
  },
});
