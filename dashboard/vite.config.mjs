import { join } from 'node:path';
import { defineConfig } from 'vite';

/** Builds the page into `dashboard/dist`, from where the service serves it: one folder, nothing from another host. */
export default defineConfig({
  root: import.meta.dirname,
  base: './', // right behind any prefix
  logLevel: 'warn',
  build: {
    outDir: join(import.meta.dirname, 'dist'),
    emptyOutDir: true,
    target: 'es2022',
    assetsDir: 'dashboard/assets', // the page is at …/dashboard, without a slash behind it
    assetsInlineLimit: 0, // no data: URLs
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
});
