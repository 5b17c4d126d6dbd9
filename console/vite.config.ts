import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { defineConfig, type Plugin } from 'vite';

const SERVICE = 'http://localhost:3000';
const COMPRESSED = /\.(js|css|html|svg)$/;

/** Puts what is sent over the network beside each file, so that the service compresses nothing while it takes orders. */
const compressed = (): Plugin => ({
  name: 'compressed',
  apply: 'build',
  writeBundle: async ({ dir = '' }) => {
    for (const name of await readdir(dir, { recursive: true })) {
      if (!COMPRESSED.test(name)) continue;
      const content = await readFile(join(dir, name));
      await writeFile(join(dir, `${name}.gz`), gzipSync(content, { level: 9 }));
      await writeFile(
        join(dir, `${name}.br`),
        brotliCompressSync(content, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } }),
      );
    }
  },
});

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  base: '/console/',
  resolve: {
    alias: {
      '@order-payments/client': fileURLToPath(new URL('../packages/client/src/client.ts', import.meta.url)),
    },
  },
  build: {
    // The CSP lets nothing stand in the page itself.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: 'es2022',
    // `use client` is for servers that render, and there is none.
    rolldownOptions: { checks: { moduleLevelDirective: false } },
  },
  plugins: [compressed()],
  server: { proxy: { '/api': SERVICE, '/problems': SERVICE } },
});
