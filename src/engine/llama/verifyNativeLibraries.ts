/**
 * Compares the prebuilt llama.cpp libraries with their pinned digests, without loading them.
 * Errors: `unsupported` when there are none for this platform, `digest_mismatch` when one is not what was pinned.
 */
export async function verifyNativeLibraries(): Promise<{ readonly directory: string; readonly count: number }> {
  // Imported only here: the binding's own imports load native code.
  const { findLibraryDirectory, verifyLibraries } = await import('./native/bindings/libraries.ts')
  const directory = findLibraryDirectory()
  return { directory, count: verifyLibraries(directory).length }
}
