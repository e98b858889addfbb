/**
 * Writes the digests of every native library that may be loaded: `src/engine/llama/native/bindings/pins.ts` for those
 * that are installed with Sanjha, and `src/engine/llama/backends/backendPins.ts` for those that are fetched on request.
 *
 *   node scripts/nativePins.ts [FOLDER]
 *
 * Reads the packages `@node-llama-cpp/*` from FOLDER/node_modules (default: this checkout's). The GPU packages are not
 * installed here, so make such a folder with
 * `npm install --ignore-scripts --force @node-llama-cpp/{linux-x64,linux-arm64,linux-x64-vulkan,linux-x64-cuda,linux-x64-cuda-ext}@VERSION`;
 * npm checks each download and writes its integrity to `node_modules/.package-lock.json`, which is read here. Run this
 * after every change of their version, and `scripts/nativeLayouts.ts` with it.
 */
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const folder = process.argv[2] === undefined ? fileURLToPath(new URL('..', import.meta.url)) : resolve(process.argv[2])
const modules = join(folder, 'node_modules')

/** Installed with Sanjha. */
const platforms = ['linux-arm64', 'linux-x64']
/** Fetched on request: the packages whose libraries belong together. */
const backends: Readonly<Record<string, readonly string[]>> = {
  'linux-x64-cuda': ['linux-x64-cuda', 'linux-x64-cuda-ext'],
  'linux-x64-vulkan': ['linux-x64-vulkan'],
}

const isLibrary = (path: string): boolean => /(^|\/)(libggml[^/]*\.so|libllama\.[^/]*\.so)$/.test(path)

function librariesOf(directory: string): { path: string; size: number; sha256: string }[] {
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .map((path) => path.replaceAll('\\', '/'))
    .filter(isLibrary)
    .toSorted()
    .map((path) => {
      const bytes = readFileSync(join(directory, path))
      return { path, size: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') }
    })
}

const packageJson = (name: string): { version: string; license: string } =>
  JSON.parse(readFileSync(join(modules, name, 'package.json'), 'utf8'))

const lines: string[] = []
for (const platform of platforms) {
  const name = `@node-llama-cpp/${platform}`
  lines.push(`  '${platform}': {\n    version: '${packageJson(name).version}',\n    files: {`)
  for (const { path, sha256 } of librariesOf(join(modules, name, 'bins', platform))) {
    lines.push(`      '${path}': '${sha256}',`)
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

const lockFile = join(modules, '.package-lock.json')
if (
  Object.values(backends)
    .flat()
    .every((name) => existsSync(join(modules, '@node-llama-cpp', name)))
) {
  const lock = JSON.parse(readFileSync(lockFile, 'utf8')) as { packages: Record<string, { integrity: string }> }
  const entries = Object.entries(backends).map(([id, names]) => {
    const packages = names.map((short) => {
      const name = `@node-llama-cpp/${short}`
      const files = librariesOf(join(modules, name, 'bins', id))
        .map(({ path, size, sha256 }) => `'${path}': { size: ${size}, sha256: '${sha256}' },`)
        .join('\n')
      const integrity = lock.packages[`node_modules/${name}`]?.integrity
      if (integrity === undefined) throw new Error(`${lockFile} does not know ${name}.`)
      return `{ name: '${name}', integrity: '${integrity}', folder: 'package/bins/${id}', files: {\n${files}\n} },`
    })
    const { version, license } = packageJson(`@node-llama-cpp/${names[0]}`)
    return `'${id}': { version: '${version}', license: '${license}', packages: [\n${packages.join('\n')}\n] },`
  })
  writeFileSync(
    new URL('../src/engine/llama/backends/backendPins.ts', import.meta.url),
    `// Written by scripts/nativePins.ts from the packages themselves. Do not edit.
import type { BackendPins } from './contract.ts'

/** Per platform and backend: its packages, and size and digest of each library in them. */
export const backendPins: BackendPins = {
${entries.join('\n')}
}
`,
  )
} else {
  process.stderr.write(`The GPU packages are not in ${modules}; backendPins.ts stays as it is.\n`)
}
process.stderr.write('Now run `npx biome check --write src/engine/llama`.\n')
