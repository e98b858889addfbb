import type { Descriptor, ModelDetails, ModelSummary } from '../contract.ts'

/** What a file is to a model. `weights`, `config`, `template` and `projector` make the model; `license` and `doc` describe it. */
export type FileRole = 'weights' | 'projector' | 'config' | 'template' | 'license' | 'doc'

/** A complete, verified file that waits in a staging directory (or is a blob already) to become part of a model. */
export interface StagedFile {
  /** Absolute path, in `stagingDirectory(key)` or equal to `blobPath(digest)`. The file is moved away by `commit`. */
  readonly path: string
  /** The file's name at its source, e.g. `granite-4.0-350m-Q4_K_M.gguf`. Never a path. */
  readonly name: string
  /** `sha256:…`, computed by the caller over the bytes of the file. */
  readonly digest: string
  /** Bytes. */
  readonly size: number
  readonly role: FileRole
}

export interface CommitRequest {
  readonly files: readonly StagedFile[]
  /** What the model will be called. Moves here when another model has it. */
  readonly name: string
  readonly aliases?: readonly string[]
  /** Canonical reference of where the bytes came from. */
  readonly source: string
  /** Other references that are known to give these bytes. */
  readonly otherSources?: readonly string[]
}

/** A manifest that came from elsewhere (a registry) and is kept byte for byte, so that its digest and its evidence hold. */
export interface CommitManifestRequest {
  /** The manifest's exact bytes. All blobs it names are staged in `files` or in the store already. */
  readonly manifest: Uint8Array
  readonly files: readonly { readonly path: string; readonly digest: string; readonly size: number }[]
  readonly name: string
  readonly aliases?: readonly string[]
  readonly source: string
}

/** Evidence about a thing in the store: a small manifest whose `subject` is the thing's digest. */
export interface AttachRequest {
  /** Digest of the manifest that the evidence is about. */
  readonly subject: string
  /** What kind of evidence, a media type. */
  readonly artifactType: string
  readonly layers: readonly {
    readonly mediaType: string
    readonly content: Uint8Array
    readonly annotations?: Readonly<Record<string, string>>
  }[]
  readonly annotations?: Readonly<Record<string, string>>
}

/** A manifest with a `subject`, and the contents of its config and layers. */
export interface AttachManifestRequest {
  readonly manifest: Uint8Array
  readonly blobs: readonly Uint8Array[]
}

/** One file that is not what its digest says. `actual` is null when it is missing. */
export interface Damage {
  readonly digest: string
  readonly name: string
  readonly actual: string | null
}

/**
 * One OCI Image Layout on disk. Several processes may use it at once. All methods reject with `SanjhaError`.
 * Only `createModels` and the transports use it; everybody else uses `Models`.
 */
export interface ModelStore {
  readonly root: string
  /** A directory for the partial and complete files of one source. It survives a kill, so that a download resumes. */
  stagingDirectory(key: string): Promise<string>
  /** Removes a staging directory and what is in it. */
  discardStaging(key: string): Promise<void>
  /** With `size`, only one of so many bytes: what can be told without reading it. */
  hasBlob(digest: string, size?: number): Promise<boolean>
  /** Where the blob is or would be. Errors: `invalid_request` for a malformed digest. */
  blobPath(digest: string): string
  /** A stored blob of at most `limit` bytes (default 4 MiB), e.g. a manifest. Errors: `not_found`, `invalid_file`. */
  readBlob(digest: string, limit?: number): Promise<Uint8Array>
  /** Reads headers, validates, builds the manifest and writes the index. A bad file (`invalid_file`) changes nothing. */
  commit(request: CommitRequest): Promise<ModelDetails>
  commitManifest(request: CommitManifestRequest): Promise<ModelDetails>
  list(): Promise<ModelSummary[]>
  /** By exact name or alias, else by digest, `sha256:` optional, or a unique prefix of it of at least 8 hex digits. */
  find(name: string): Promise<ModelDetails | undefined>
  /** The models that contain a blob of this digest, or that were fetched from this reference. */
  findByBlob(digest: string): Promise<ModelDetails | undefined>
  findBySource(reference: string): Promise<ModelDetails | undefined>
  /** Removes a name (or, given a digest, the model with all its names). Bytes and evidence go with the last name. */
  remove(name: string): Promise<{ readonly removed: string; readonly freedBytes: number }>
  /** What removing these names of one model would free, all of it and of its own files; nothing is changed. */
  removal(digest: string, names: readonly string[]): Promise<{ readonly freedBytes: number; readonly ownBytes: number }>
  copy(source: string, target: string): Promise<ModelSummary>
  /** Adds a source to a stored model, or sets when it was last fetched. */
  addSource(digest: string, reference: string, fetched: string | null): Promise<void>
  attach(request: AttachRequest): Promise<Descriptor>
  /** Keeps evidence that came from elsewhere, byte for byte. Its subject must be here. Errors: `not_found`, `invalid_file`. */
  attachManifest(request: AttachManifestRequest): Promise<Descriptor>
  /** Evidence about `subject`, oldest first, optionally of one kind only. */
  referrers(subject: string, artifactType?: string): Promise<Descriptor[]>
  /** Hashes every file of a model again. An empty array means that all is well. */
  verify(name: string): Promise<Damage[]>
  /**
   * Takes away the files of a model that are not what their digest says, so that the next pull fetches them. Compares
   * sizes only, or with `hash` everything. Returns what was wrong.
   */
  dropDamaged(name: string, options?: { readonly hash?: boolean }): Promise<Damage[]>
  /**
   * Removes what was left half way: staging directories that nobody fetches into, and blobs that a kill kept from getting
   * their name, when they are untouched for `olderThanMs` (default 100 days, which is longer than a run can be resumed).
   * Never a whole blob, also where the index does not name it: the index may be what is missing.
   */
  pruneStaging(olderThanMs?: number): Promise<{ readonly freedBytes: number; readonly removed: number }>
  /** Makes the SQLite index anew from the layout alone. */
  rebuild(): Promise<void>
}
