import { hugePagesTunable } from '../hugePagesTunable.ts'

/** Variables the engine's process gets: what programs and native libraries need to work, and no more. */
const allowed: readonly RegExp[] = [
  /^(PATH|HOME|USER|LANG|TZ|TMPDIR|TMP|TEMP|SHELL|TERM)$/,
  /^LC_/,
  /^(LD_LIBRARY_PATH|DYLD_LIBRARY_PATH|DYLD_FALLBACK_LIBRARY_PATH)$/,
  /^GLIBC_TUNABLES$/,
  /^(GGML|LLAMA|OMP|CUDA|NVIDIA|HIP|ROCR|HSA|VK|GOMP)_/,
  /^(SystemRoot|SystemDrive|windir|APPDATA|LOCALAPPDATA|ProgramData|USERPROFILE|NUMBER_OF_PROCESSORS)$/i,
]

/**
 * The environment without what the engine has no business knowing: native code that parses files from strangers runs
 * there, so keys and tokens of the server's environment do not. Added is what makes glibc ask for huge pages, unless
 * there is a choice of the user's own.
 */
export function engineEnvironment(env: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const kept: Record<string, string> = { GLIBC_TUNABLES: hugePagesTunable }
  for (const [name, value] of Object.entries(env)) {
    if (value !== undefined && allowed.some((pattern) => pattern.test(name))) kept[name] = value
  }
  return kept
}
