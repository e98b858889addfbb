/**
 * Writes `src/engine/llama/native/bindings/layouts.ts`: sizes and offsets of the C structs, as a compiler sees them.
 *
 *   node scripts/nativeLayouts.ts HEADERS
 *
 * HEADERS is a checkout of llama.cpp at the release that the pinned `@node-llama-cpp/*` packages were built from (their
 * `_nlcBuildMetadata.json` names it; the sources travel in `node-llama-cpp`'s `llama/gitRelease.bundle`). Needs `gcc`.
 * Run it after every change of that version, and `scripts/nativePins.ts` with it. Linux x64 and arm64 agree (LP64).
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { structs } from '../src/engine/llama/native/bindings/structs.ts'

const headers = process.argv[2]
if (headers === undefined) throw new Error('Usage: node scripts/nativeLayouts.ts HEADERS (a llama.cpp checkout)')

const print = (struct: string, fields: string[]): string =>
  [
    `  printf("  ${struct}: {\\n    size: %zu,\\n    fields: {\\n", sizeof(struct ${struct}));`,
    ...fields.map(
      (field) =>
        `  printf("      ${field}: [%zu, %zu],\\n", offsetof(struct ${struct}, ${field}), sizeof(((struct ${struct} *)0)->${field}));`,
    ),
    '  printf("    },\\n  },\\n");',
  ].join('\n')

const source = `#include <stdio.h>
#include "llama.h"
#include "ggml-cpu.h"
int main(void) {
${Object.entries(structs)
  .map(([name, fields]) => print(name, Object.keys(fields)))
  .join('\n')}
  return 0;
}
`
const folder = mkdtempSync(join(tmpdir(), 'sanjha-layouts-'))
try {
  writeFileSync(join(folder, 'layouts.c'), source)
  const program = join(folder, 'layouts')
  const include = ['include', join('ggml', 'include')].map((path) => `-I${join(headers, path)}`)
  execFileSync('gcc', [...include, '-o', program, join(folder, 'layouts.c')], {
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  const body = execFileSync(program, { encoding: 'utf8' })
  const target = new URL('../src/engine/llama/native/bindings/layouts.ts', import.meta.url)
  writeFileSync(
    target,
    `// Written by scripts/nativeLayouts.ts from the C headers. Do not edit.
import type { StructName } from './structs.ts'

/** Per struct its size, and per field [offset, size], in bytes. */
export const layouts: Readonly<
  Record<StructName, { readonly size: number; readonly fields: Readonly<Record<string, readonly [number, number]>> }>
> = {
${body}}
`,
  )
} finally {
  rmSync(folder, { recursive: true, force: true })
}
