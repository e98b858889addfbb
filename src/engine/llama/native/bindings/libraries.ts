import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import koffi, { type LibraryHandle } from 'koffi'
import { isNodeError, SanjhaError } from '../../../../core/index.ts'
import { configureKoffi } from '../../configureKoffi.ts'
import { pins } from './pins.ts'

export interface NativeLibraries {
  readonly directory: string
  readonly base: LibraryHandle
  readonly ggml: LibraryHandle
  readonly llama: LibraryHandle
}

/** The name of the platform's package below `@node-llama-cpp/`, e.g. `linux-x64`. */
export const platformName = (platform: string = process.platform, arch: string = process.arch): string =>
  `${{ darwin: 'mac', win32: 'win' }[platform] ?? platform}-${arch}`

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

/**
 * Checks that every library in `directory` is, byte for byte, one we know. All of them, because the loader opens each CPU
 * variant to ask how well it fits.
 * Errors: `digest_mismatch` for an altered or unknown library, `unsupported` when there are none.
 */
export function verifyLibraries(
  directory: string,
  platform: string = platformName(),
  table: typeof pins = pins,
): readonly string[] {
  const known = table[platform]?.files
  if (known === undefined) {
    throw new SanjhaError('unsupported', `There are no native libraries for ${platform}.`, {
      hint: `Supported: ${Object.keys(table).join(', ')}.`,
    })
  }
  let files: string[]
  try {
    files = readdirSync(directory).filter((file) => isLibrary(file))
  } catch (error) {
    if (!isNodeError(error)) throw error
    throw new SanjhaError('unsupported', `The folder of the native libraries cannot be read: ${directory}.`, {
      cause: error,
    })
  }
  for (const file of files) {
    const digest = createHash('sha256')
      .update(readFileSync(join(directory, file)))
      .digest('hex')
    if (known[file] !== digest) {
      throw new SanjhaError(
        'digest_mismatch',
        known[file] === undefined
          ? `The native library ${file} is not one that this version of Sanjha knows, so it is not loaded.`
          : `The native library ${file} has been altered, so it is not loaded.`,
        {
          hint: 'Reinstall Sanjha. If you changed the library on purpose, run `node scripts/nativePins.ts` in a checkout.',
          details: { file: join(directory, file), expected: known[file] ?? null, found: digest },
        },
      )
    }
  }
  return files
}

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
 * symbols that way; then lets ggml choose the CPU variant. Once per process: native libraries are never unloaded.
 */
export function loadLibraries(directory: string = findLibraryDirectory()): NativeLibraries {
  if (loaded !== undefined) {
    if (loaded.directory === directory) return loaded
    throw new SanjhaError('conflict', 'Native libraries from another folder are loaded in this process already.')
  }
  const files = verifyLibraries(directory)
  const open = (pattern: RegExp): LibraryHandle => {
    const file = files.find((name) => pattern.test(name))
    if (file === undefined || !existsSync(join(directory, file))) {
      throw new SanjhaError('unsupported', `A native library is missing in ${directory} (${pattern.source}).`, {
        hint: 'Reinstall Sanjha.',
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
  const ggml = open(/^(lib)?ggml\.(v[\d.]+\.)?(so|dylib|dll)$/)
  const llama = open(/^(lib)?llama\.(v[\d.]+\.)?(so|dylib|dll)$/)
  ggml.func('ggml_backend_load_all_from_path', 'void', ['str'])(directory)
  loaded = { directory, base, ggml, llama }
  return loaded
}
