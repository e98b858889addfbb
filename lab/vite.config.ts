import { join } from 'node:path'
import { defineConfig } from 'vite'
import { messages } from './build/messages.ts'

const root = import.meta.dirname
const server = process.env['SANJHA_URL'] ?? 'http://127.0.0.1:8642'

export default defineConfig({
  root,
  base: '/lab/',
  plugins: [messages()],
  resolve: {
    // Messages are parsed when the Lab is built, so that no parser is loaded.
    alias: { '@formatjs/icu-messageformat-parser': '@formatjs/icu-messageformat-parser/no-parser.js' },
  },
  build: {
    outDir: process.env['LAB_OUT'] ?? join(root, '..', 'dist', 'lab'),
    emptyOutDir: true,
    // Fonts and pictures as files: the page's policy allows no data: addresses.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    cssMinify: 'lightningcss',
    target: 'es2024',
    rolldownOptions: {
      // “use client” is for servers that render React; here is none.
      onLog: (level, log, report) => {
        if (log.code !== 'MODULE_LEVEL_DIRECTIVE') report(level, log)
      },
    },
  },
  server: { proxy: { '/sanjha': server, '/v1': server } },
})
