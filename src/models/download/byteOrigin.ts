/** Where bytes can be had, as transports say it and as `bringFile` understands it. Plain data. */

/** How to reach a host, where that differs from the process's own settings. */
export interface ConnectionSettings {
  /** A PEM file of the certificate authorities to trust, in place of the usual ones. */
  readonly caFile?: string
  /** The proxy for this host; absent: what the environment says. */
  readonly proxy?: string
}

/** A file behind an address. */
export interface HttpOrigin {
  readonly kind: 'http'
  /** Without user name and password: those are a header. */
  readonly url: string
  /** What people and logs see. Never with credentials, never with a query. */
  readonly label: string
  /** Sent to the address's own origin; `authorization` and `cookie` are dropped when another host is redirected to. */
  readonly headers?: Readonly<Record<string, string>>
  readonly connection?: ConnectionSettings
  /** How to get access, told with 401 and 403. */
  readonly accessHint?: string
}

/** A file on this machine. It is never changed and never moved. */
export interface LocalOrigin {
  readonly kind: 'local'
  readonly path: string
}

/** One file inside an archive. The archive's own digest is verified before anything in it is read. */
export interface ArchiveOrigin {
  readonly kind: 'archive'
  readonly format: 'zip' | 'tar.gz'
  readonly archive: HttpOrigin
  readonly archiveSize: number | null
  /** `sha256:…` or `sha512:…` (hex) as the registry states it; null only where the file's own digest is known. */
  readonly archiveDigest: string | null
  /** The path inside, or its end. */
  readonly member: string
}

/** Several files, joined in order. */
export interface JoinedOrigin {
  readonly kind: 'joined'
  readonly parts: readonly { readonly name: string; readonly size: number | null; readonly origin: ByteOrigin }[]
}

export type ByteOrigin = HttpOrigin | LocalOrigin | ArchiveOrigin | JoinedOrigin

/** What is promised of some bytes. */
export interface Expected {
  readonly size: number | null
  /** `sha256:` or `sha512:` and hex digits; null when nobody says. */
  readonly digest: string | null
}

/** A whole, verified file in the staging folder. */
export interface BroughtFile {
  readonly path: string
  readonly size: number
  /** `sha256:` and 64 hex digits. */
  readonly digest: string
}

export interface TransferProgress {
  /** Bytes, what was there already included. Never goes back. */
  readonly completed: number
  readonly total: number | null
  readonly message?: string
}
