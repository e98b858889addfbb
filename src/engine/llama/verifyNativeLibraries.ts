import { backendId } from './backends/backendDirectory.ts'
import type { BackendName } from './backends/contract.ts'

/**
 * Compares the prebuilt llama.cpp libraries with their pinned digests, without loading them.
 * @param installed a backend that was fetched; absent: the CPU's, which came with Sanjha
 * Errors: `unsupported` when there are none for this platform, `digest_mismatch` when one is not what was pinned.
 */
export async function verifyNativeLibraries(installed?: {
  readonly directory: string
  readonly backend: BackendName
}): Promise<{ readonly directory: string; readonly count: number }> {
  // Imported only here: the binding's own imports load native code.
  const { findLibraryDirectory, verifyLibraries } = await import('./native/bindings/libraries.ts')
  const directory = installed?.directory ?? findLibraryDirectory()
  return { directory, count: verifyLibraries(directory, backendId(installed?.backend ?? 'cpu')).length }
}
