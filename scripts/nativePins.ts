/**
 * Writes `src/engine/llama/native/bindings/pins.ts`: the SHA-256 of every native library that may be loaded.
 *
 *   node scripts/nativePins.ts
 *
 * Reads the packages `@node-llama-cpp/*` from node_modules; install those of all supported platforms first
 * (`npm install --ignore-scripts --force`, the lock file's integrity protects the download). Run it after every change
 * of their version, and `scripts/nativeLayouts.ts` with it.
 */
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const scope = fileURLToPath(new URL('../node_modules/@node-llama-cpp', import.meta.url))
const lines: string[] = []
for (const platform of readdirSync(scope).toSorted()) {
  const folder = join(scope, platform, 'bins', platform)
  const version = JSON.parse(readFileSync(join(scope, platform, 'package.json'), 'utf8')).version as string
  lines.push(`  '${platform}': {\n    version: '${version}',\n    files: {`)
  for (const file of readdirSync(folder).toSorted()) {
    if (!/^libggml.*\.so|^libllama\..*\.so/.test(file)) continue
    const digest = createHash('sha256')
      .update(readFileSync(join(folder, file)))
      .digest('hex')
    lines.push(`      '${file}':\n        '${digest}',`)
  }
  lines.push('    },\n  },')
}
writeFileSync(
  new URL('../src/engine/llama/native/bindings/pins.ts', import.meta.url),
  `// Written by scripts/nativePins.ts from the installed packages. Do not edit.

/** Per platform package its version, and the SHA-256 of each library in it. */
export const pins: Readonly<
  Record<string, { readonly version: string; readonly files: Readonly<Record<string, string>> }>
> = {
${lines.join('\n')}
}
`,
)
