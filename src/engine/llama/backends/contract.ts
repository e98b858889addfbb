import type { PackageFilesRequest } from '../../../models/index.ts'

/** What computes. `cpu` is installed with Sanjha; the others are fetched on request. */
export type BackendName = 'cpu' | 'vulkan' | 'cuda'
export type GpuBackendName = Exclude<BackendName, 'cpu'>

/** An npm package with libraries. */
export interface BackendPackage {
  readonly name: string
  /** Of the archive, as npm writes it: `sha512-BASE64`. */
  readonly integrity: string
  /** Where the libraries are in the archive. */
  readonly folder: string
  /** Path below `folder`, and below the installed directory → size in bytes and digest in hex. */
  readonly files: Readonly<Record<string, { readonly size: number; readonly sha256: string }>>
}

/** What a backend is made of, byte for byte. */
export interface BackendPin {
  readonly version: string
  /** SPDX id. */
  readonly license: string
  readonly packages: readonly BackendPackage[]
}

/** By `PLATFORM-BACKEND`, e.g. `linux-x64-vulkan`. */
export type BackendPins = Readonly<Record<string, BackendPin>>

/** A backend as `sanjha engine list` shows it. */
export interface BackendStatus {
  readonly name: BackendName
  /**
   * `built-in`: came with Sanjha. `installed`: every file is there. `incomplete`: files are missing or of another size.
   * `available`: can be installed. `unsupported`: there is none for this platform.
   */
  readonly state: 'built-in' | 'installed' | 'incomplete' | 'available' | 'unsupported'
  readonly version: string | null
  /** SPDX id. */
  readonly license: string | null
  /** Bytes, unpacked. */
  readonly size: number | null
  readonly directory: string | null
  readonly packages: readonly string[]
}

export interface BackendProgress {
  /** For people. */
  readonly step: string
  /** Bytes. */
  readonly completed: number
  readonly total: number | null
  readonly message?: string
}

/** Brings files out of a package, verified. The models room has it, because it knows how to fetch. */
export type FetchPackageFiles = (request: PackageFilesRequest) => Promise<void>

/** The backends of this machine. */
export interface Backends {
  /** Looks only at names and sizes. */
  list(): Promise<BackendStatus[]>
  /**
   * Fetches a backend, unless it is there and whole. Two at once work in turn, also in two processes.
   * Errors: `unsupported` for a platform without it, `digest_mismatch`, and those of a download. After any of them
   * nothing has changed, and the same call goes on from what was fetched.
   */
  install(
    name: string,
    options?: { readonly signal?: AbortSignal; readonly onProgress?: (progress: BackendProgress) => void },
  ): Promise<BackendStatus>
  /** Errors: `not_found` when it is not installed, `unsupported`. */
  remove(name: string): Promise<{ readonly name: GpuBackendName; readonly freedBytes: number }>
}
