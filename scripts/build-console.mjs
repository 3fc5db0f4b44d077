/**
 * Builds the pages of the console. `build-console.mjs FOLDER` writes them into FOLDER/console-pages, each file except
 * index.html with the hash of its content in its name. Nothing is inline, as the policy of the pages demands.
 */
import { join, resolve } from 'node:path';
import { build } from 'vite';
import { root } from './install.mjs';

await build({
  root: join(root, 'src/console/ui'),
  configFile: false,
  logLevel: 'warn',
  base: '/',
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    outDir: resolve(root, process.argv[2], 'console-pages'),
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    target: 'es2023',
  },
});
