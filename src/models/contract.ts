/** What the models room promises to the rest of the house. Only `transports/` knows where a model came from. */

export type ModelFormat = 'gguf' | 'safetensors'

/** How sure we are of a fact from the catalogue. */
export type Confidence = 'measured' | 'corroborated' | 'attributed' | 'single'

/** An OCI content descriptor. `digest` is `sha256:` and 64 hex digits, `size` is bytes. */
export interface Descriptor {
  readonly mediaType: string
  readonly digest: string
  readonly size: number
  readonly annotations?: Readonly<Record<string, string>>
  readonly artifactType?: string
}

/** Defaults that were measured to work well for one model. Names as in `Sampling` of the engine contract. */
export interface ModelDefaults {
  /** The system prompt used when a chat brings none. The empty string means: none, not even the template's own. */
  readonly system?: string
  readonly temperature?: number
  readonly topK?: number
  readonly topP?: number
  readonly minP?: number
  readonly repeatPenalty?: number
}

/** One line of `sanjha list`. */
export interface ModelSummary {
  /** What a person types, e.g. `smollm2-135m-instruct:q4_1`, or the reference it was pulled by. */
  readonly name: string
  /** Digest of the ModelPack manifest. The same files give the same digest wherever they came from. */
  readonly digest: string
  /** Bytes of all files. */
  readonly size: number
  readonly format: ModelFormat
  /** SPDX id, `LicenseRef-…`, or null when nothing says. */
  readonly license: string | null
  /** ISO 8601, when it was stored. */
  readonly modified: string
  readonly architecture: string | null
  /** Exact count from the tensor shapes. */
  readonly parameters: number | null
  readonly quantization: string | null
  /** Tokens, from the header. */
  readonly contextLength: number | null
  /** Other names of the same digest. */
  readonly aliases: readonly string[]
}

export interface ModelSource {
  /** Canonical reference, e.g. `hf://ibm-granite/granite-4.0-350m-GGUF/granite-4.0-350m-Q4_K_M.gguf`. Never with credentials. */
  readonly reference: string
  /** ISO 8601, when the bytes were last fetched from there; null for a source that is only known. */
  readonly fetched: string | null
}

/** What `sanjha show` tells. */
export interface ModelDetails extends ModelSummary {
  readonly sources: readonly ModelSource[]
  /** The chat template inside the file, or null. */
  readonly template: string | null
  readonly defaults: ModelDefaults
  readonly files: readonly {
    readonly name: string
    readonly digest: string
    readonly size: number
    readonly path: string
  }[]
  /** Where the licence is said: the file's header, the catalogue, the package. */
  readonly licenseSource: string | null
  readonly catalog: {
    readonly id: string
    readonly confidence: Confidence | null
    readonly notes: string | null
  } | null
  /** The header's key-values; long arrays are given by type and length. */
  readonly metadata: Readonly<Record<string, unknown>>
  readonly embeddingLength: number | null
  readonly layers: number | null
  /** Bytes the context costs per token (keys and values, all layers, 16 bit); null where the header does not say. */
  readonly contextBytesPerToken: number | null
  /** What `contextBytesPerToken` leaves out, e.g. that layers with a sliding window stop growing at 512 tokens. */
  readonly contextNote?: string | null
  /** `parameters` without token embeddings and output head. */
  readonly nonEmbeddingParameters?: number | null
}

/** Progress of a download. Bytes count whole files, what was there already included. */
export interface PullProgress {
  readonly phase: 'resolve' | 'download' | 'verify' | 'store'
  readonly file?: string
  readonly completed: number
  readonly total: number | null
  /** Bytes per second over the last few seconds; null until known. */
  readonly rate: number | null
  /** Seconds; null until known. */
  readonly eta: number | null
  /** What a person should hear, e.g. that a source was stalled and is asked again. */
  readonly message?: string
}

export interface PullOptions {
  readonly signal?: AbortSignal
  readonly onProgress?: (progress: PullProgress) => void
  /** Fetch even when a model of that name is stored. */
  readonly force?: boolean
  /** Speak plain http with a registry that is not on this machine. */
  readonly insecure?: boolean
}

/** What removing a name would take away. */
export interface Removal {
  /** The names that go. */
  readonly removes: readonly string[]
  /** 0 where the model has other names left. */
  readonly freedBytes: number
  /** Bytes of the model's files that stay: under its other names, in other models, or in a file of somebody else. */
  readonly sharedBytes: number
}

/** What a pull would fetch. */
export interface ResolvedReference {
  /** What the model would be called. */
  readonly name: string
  /** Canonical reference of the source that answered. Never with credentials. */
  readonly source: string
  /** `size` is bytes, `digest` is `sha256:…`; null where nobody says beforehand. */
  readonly files: readonly { readonly name: string; readonly size: number | null; readonly digest: string | null }[]
  /** What a person should hear, e.g. which quantisation was chosen. */
  readonly messages: readonly string[]
}

export interface CatalogEntry {
  readonly id: string
  readonly name: string
  readonly family: string
  readonly organization: string
  readonly shortNames: readonly string[]
  readonly purpose: readonly string[]
  readonly parameters: string | null
  readonly contextLength: number | null
  readonly license: string
  readonly openLicense: boolean
  readonly defaults: ModelDefaults
  readonly files: readonly {
    readonly file: string
    readonly quantization: string | null
    readonly sha256: string | null
    readonly size: number | null
    readonly confidence: Confidence | null
    /** References that give these bytes, best first. */
    readonly sources: readonly string[]
  }[]
  readonly notes: string | null
}

/** The models room. All methods reject with `SanjhaError`. */
export interface Models {
  list(): Promise<ModelSummary[]>
  /** A stored model by name, alias, short name, reference or digest (a unique prefix of ≥ 8 hex digits will do); undefined if not stored. */
  find(name: string): Promise<ModelDetails | undefined>
  catalog(): readonly CatalogEntry[]
  /** Brings a model into the store. Errors: `invalid_reference`, `model_not_found`, `digest_mismatch`, `network_unreachable`, `disk_full`, … */
  pull(reference: string, options?: PullOptions): Promise<ModelDetails>
  /** Finds out what `pull` would fetch and from where, without fetching it. Errors: as `pull`. */
  resolve(reference: string, options?: Pick<PullOptions, 'signal' | 'insecure'>): Promise<ResolvedReference>
  /** Removes a name; the bytes go with the last name. Errors: `model_not_found`. */
  remove(name: string): Promise<{ readonly removed: string; readonly freedBytes: number }>
  /** What `remove` would do, without doing it. Errors: `model_not_found`. */
  removal(name: string): Promise<Removal>
  /** Whether a licence (SPDX id or `LicenseRef-…`) lets anybody use, change and pass on the model; null where that is not known. */
  isOpenLicense(license: string | null): boolean | null
  /** Gives a stored model another name. Errors: `model_not_found`, `invalid_reference`. */
  copy(source: string, target: string): Promise<ModelSummary>
  /** Sends a model and its referrers to an OCI registry. `target` is `oci://host[:port]/repository[:tag]`. */
  push(name: string, target: string, options?: PullOptions): Promise<{ readonly digest: string }>
  /**
   * Removes what nobody will use: what was left half way, by a download or by a kill, 100 days ago or longer (a run can be
   * resumed for 90). Nothing that is whole is taken: only `remove` takes models.
   */
  prune(): Promise<{ readonly freedBytes: number; readonly removed: number }>
  /** Did you mean: the nearest names of stored and catalogued models. */
  suggest(name: string): Promise<string[]>
  close(): void
}
