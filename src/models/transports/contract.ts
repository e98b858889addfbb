import type { ByteOrigin, Net } from '../download/index.ts'
import type { Reference } from '../reference.ts'
import type { FileRole } from '../store/contract.ts'

/** One file of a model at its source. */
export interface ResolvedFile {
  /** A plain file name, never a path. */
  readonly name: string
  readonly role: FileRole
  /** Bytes; null where the source does not say beforehand. */
  readonly size: number | null
  /** `sha256:…`; null where the source does not say. */
  readonly digest: string | null
  readonly origin: ByteOrigin
}

/** A model at its source. */
export interface ResolvedModel {
  /** Canonical reference to exactly these bytes. Never with credentials. */
  readonly source: string
  /** In the order in which they belong together. */
  readonly files: readonly ResolvedFile[]
  /** What a person should hear, e.g. which quantisation was chosen. */
  readonly messages: readonly string[]
}

/** Runs a program of this machine and gives what it printed; undefined when there is no such program. */
export type RunProgram = (
  command: string,
  args: readonly string[],
  signal?: AbortSignal,
) => Promise<{ readonly code: number; readonly stdout: string } | undefined>

export interface TransportSettings {
  readonly hub: { readonly endpoint: string; readonly token: string | null; readonly home: string | null }
  readonly registries: { readonly pypi: string | null; readonly npm: string | null }
  readonly network: { readonly allowHttp: boolean }
}

/** What a transport may use. Everything that reaches outside is in here. */
export interface TransportContext {
  readonly net: Net
  readonly env: Readonly<Record<string, string | undefined>>
  readonly run: RunProgram
  readonly settings: TransportSettings
  /** The user's home directory. */
  readonly home: string
  readonly cwd: string
  readonly signal?: AbortSignal | undefined
}

/** The kind of reference that has a scheme. */
export type ReferenceOf<Scheme> = Reference extends infer R
  ? R extends { readonly scheme: infer S }
    ? [Scheme & S] extends [never]
      ? never
      : R
    : never
  : never

/** One way to models. A new one is a file with this shape and a line in `transports.ts`. */
export interface Transport<Scheme extends Reference['scheme'] = Reference['scheme']> {
  readonly schemes: readonly Scheme[]
  /**
   * Finds out which files a reference means and where their bytes are. Fetches no weights.
   * Errors: `network_unreachable` within a few seconds, `model_not_found`, `unauthorized`, `forbidden`,
   * `upstream_error`, `invalid_config`, `unsupported`.
   */
  resolve(reference: ReferenceOf<Scheme>, context: TransportContext): Promise<ResolvedModel>
}
