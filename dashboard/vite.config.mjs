import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { defineConfig } from 'vite';

const DIST = join(import.meta.dirname, 'dist');
const ASSETS = 'dashboard/assets'; // the page is at …/dashboard, without a slash behind it

/** Leaves the files compressed only, as nearly every browser takes them: the published package is 100 kB smaller. */
const compressed = {
  name: 'compressed',
  closeBundle() {
    const folder = join(DIST, ASSETS);
    for (const file of readdirSync(folder)) {
      writeFileSync(join(folder, `${file}.gz`), gzipSync(readFileSync(join(folder, file)), { level: 9 }));
      rmSync(join(folder, file));
    }
  },
};

/** Builds the page into `dashboard/dist`, from where the service serves it: one folder, nothing from another host. */
export default defineConfig({
  root: import.meta.dirname,
  base: './', // right behind any prefix
  logLevel: 'warn',
  plugins: [compressed],
  build: {
    outDir: DIST,
    emptyOutDir: true,
    target: 'es2022',
    assetsDir: ASSETS,
    assetsInlineLimit: 0, // no data: URLs
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
});
