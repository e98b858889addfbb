import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import koffi, { type LibraryHandle } from 'koffi'
import { isNodeError, SanjhaError } from '../../../../core/index.ts'
import { backendId, platformName } from '../../backends/backendDirectory.ts'
import { backendPins } from '../../backends/backendPins.ts'
import type { BackendName, BackendPin, GpuBackendName } from '../../backends/contract.ts'
import { configureKoffi } from '../../configureKoffi.ts'
import { type Device, isGpu, readDevices } from './devices.ts'
import { gpuProblem } from './gpuProblem.ts'
import { pins } from './pins.ts'

export interface NativeLibraries {
  readonly directory: string
  readonly base: LibraryHandle
  readonly ggml: LibraryHandle
  readonly llama: LibraryHandle
  /** What ggml can compute with, the CPU included. */
  readonly devices: readonly Device[]
}

/** Where the platform package keeps its libraries. Errors: `unsupported` when there is none for this platform. */
export function findLibraryDirectory(platform: string = platformName()): string {
  const name = `@node-llama-cpp/${platform}`
  const require = createRequire(import.meta.url)
  let entry: string
  try {
    entry = require.resolve(name)
  } catch (error) {
    throw new SanjhaError('unsupported', `The native engine for ${platform} is not installed (package ${name}).`, {
      cause: error,
      hint:
        platform in pins
          ? 'Install again without `--omit=optional`.'
          : `There are native libraries for: ${Object.keys(pins).join(', ')}. On other platforms register a remote engine.`,
    })
  }
  return join(dirname(dirname(entry)), 'bins', platform)
}

/** Path in its folder → SHA-256, per platform and backend: those installed with Sanjha and those fetched on request. */
const known: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  ...Object.fromEntries(Object.entries(pins).map(([id, { files }]) => [id, files])),
  ...Object.fromEntries(Object.entries(backendPins).map(([id, pin]) => [id, digestsOf(pin)])),
}

function digestsOf({ packages }: BackendPin): Record<string, string> {
  const files = packages.flatMap((one) => Object.entries(one.files))
  return Object.fromEntries(files.map(([path, { sha256 }]) => [path, sha256]))
}

/**
 * Checks that every library in `directory` is, byte for byte, one we know. All of them, because the loader opens each CPU
 * variant to ask how well it fits.
 * @param id the platform, and for a GPU backend its name, e.g. `linux-x64-vulkan`
 * Errors: `digest_mismatch` for an altered or unknown library, `unsupported` when there are none.
 */
export function verifyLibraries(
  directory: string,
  id: string = platformName(),
  table: Readonly<Record<string, Readonly<Record<string, string>>>> = known,
): readonly string[] {
  const digests = table[id]
  if (digests === undefined) {
    throw new SanjhaError('unsupported', `There are no native libraries for ${id}.`, {
      hint: `Supported: ${Object.keys(table).join(', ')}.`,
    })
  }
  let files: string[]
  try {
    files = readdirSync(directory, { recursive: true, encoding: 'utf8' })
      .map((path) => path.replaceAll('\\', '/'))
      .filter((path) => isLibrary(path.slice(path.lastIndexOf('/') + 1)))
  } catch (error) {
    if (!isNodeError(error)) throw error
    throw new SanjhaError('unsupported', `The folder of the native libraries cannot be read: ${directory}.`, {
      cause: error,
    })
  }
  const hint =
    id in backendPins
      ? `Fetch it anew: \`sanjha engine remove ${nameOf(id)}\`, then \`sanjha engine install ${nameOf(id)}\`.`
      : 'Reinstall Sanjha. If you changed the library on purpose, run `node scripts/nativePins.ts` in a checkout.'
  for (const file of files) {
    const digest = createHash('sha256')
      .update(readFileSync(join(directory, file)))
      .digest('hex')
    if (digests[file] !== digest) {
      throw new SanjhaError(
        'digest_mismatch',
        digests[file] === undefined
          ? `The native library ${file} is not one that this version of Sanjha knows, so it is not loaded.`
          : `The native library ${file} has been altered, so it is not loaded.`,
        { hint, details: { file: join(directory, file), expected: digests[file] ?? null, found: digest } },
      )
    }
  }
  return files
}

const nameOf = (id: string): string => id.slice(id.lastIndexOf('-') + 1)

// Only these names are opened by us or by ggml's own loader.
const isLibrary = (file: string): boolean =>
  /^(lib)?(ggml|llama)[-.\w]*\.(so|dylib|dll)$/.test(file) && !file.includes('llama-common')

/**
 * A native function to take the place of a log callback: one of ours would be called from native threads. It takes
 * nothing, reads nothing and returns a constant, so that calling it with a message is harmless on every ABI.
 */
export const harmlessCallback = (base: LibraryHandle): bigint => koffi.address(base.symbol('ggml_cycles_per_ms'))

let loaded: NativeLibraries | undefined

/**
 * Verifies and opens libggml-base, libggml and libllama, in this order and globally, because they find each other's
 * symbols that way; then lets ggml choose the CPU variant and open the GPU backend. Once per process: native libraries
 * are never unloaded. Errors: `digest_mismatch`, `unsupported`; `engine_unavailable` when the GPU backend that was asked
 * for cannot be loaded or finds no device, because computing on the CPU instead would be a silent answer to that.
 */
export function loadLibraries(
  directory: string = findLibraryDirectory(),
  backend: BackendName = 'cpu',
): NativeLibraries {
  if (loaded !== undefined) {
    if (loaded.directory === directory) return loaded
    throw new SanjhaError('conflict', 'Native libraries from another folder are loaded in this process already.')
  }
  const files = verifyLibraries(directory, backendId(backend))
  const open = (pattern: RegExp): LibraryHandle => {
    const file = files.find((name) => pattern.test(name))
    if (file === undefined || !existsSync(join(directory, file))) {
      throw new SanjhaError('unsupported', `A native library is missing in ${directory} (${pattern.source}).`, {
        hint: backend === 'cpu' ? 'Reinstall Sanjha.' : `\`sanjha engine install ${backend}\` completes it.`,
      })
    }
    try {
      return koffi.load(join(directory, file), { global: true, lazy: true })
    } catch (error) {
      throw new SanjhaError(
        'unsupported',
        `The native library ${file} cannot be loaded: ${(error as Error).message}.`,
        {
          cause: error,
          hint: 'It needs a glibc of about Ubuntu 22.04 or newer; Alpine (musl) is not supported.',
        },
      )
    }
  }
  configureKoffi()
  const base = open(/^(lib)?ggml-base\./)
  // Before anything writes to stderr; see `setNativeLog` in nativeApi.ts.
  base.func('ggml_log_set', 'void', ['void *', 'void *'])(harmlessCallback(base), null)
  const ggml = open(/^(lib)?ggml\.(\w+\.)?(v[\d.]+\.)?(so|dylib|dll)$/)
  const llama = open(/^(lib)?llama\.(\w+\.)?(v[\d.]+\.)?(so|dylib|dll)$/)
  ggml.func('ggml_backend_load_all_from_path', 'void', ['str'])(directory)
  let devices = readDevices(base, ggml)
  if (backend !== 'cpu' && !devices.some(isGpu)) {
    openFallback(backend, directory, files, ggml)
    devices = readDevices(base, ggml)
    if (!devices.some(isGpu)) throw gpuProblem(backend, whyNot(backend, directory, files))
  }
  loaded = { directory, base, ggml, llama, devices }
  return loaded
}

/** A backend's library, and a second one built for older cards where there is one. */
const gpuLibraries = (backend: GpuBackendName, files: readonly string[]): string[] =>
  files
    .filter((file) => new RegExp(`(^|/)(lib)?ggml-${backend}\\.(so|dylib|dll)$`).test(file))
    .toSorted((a, b) => b.length - a.length)

function openFallback(backend: GpuBackendName, directory: string, files: readonly string[], ggml: LibraryHandle): void {
  const load = ggml.func('ggml_backend_load', 'void *', ['str'])
  for (const file of gpuLibraries(backend, files)) if (file.includes('/')) load(join(directory, file))
}

/** What the system's loader says of each library: ggml's own loader keeps it to itself. Null for one that it can load. */
function whyNot(backend: GpuBackendName, directory: string, files: readonly string[]): (string | null)[] {
  return gpuLibraries(backend, files).map((file) => {
    try {
      koffi.load(join(directory, file), { lazy: true })
      return null
    } catch (error) {
      return (error as Error).message
    }
  })
}
