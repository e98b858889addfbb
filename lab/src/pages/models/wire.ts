/** What the server says of models, as far as this page shows it. Sizes are bytes, times ISO 8601. */

export interface Fit {
  readonly fits: boolean
  readonly needBytes: number
  readonly availableBytes: number
  /** Tokens that it would be given. */
  readonly contextLength: number
  /** Null where no header was seen. */
  readonly largestContext: number | null
  /** In English. */
  readonly reason: string | null
  readonly reasonCode: 'too_large' | 'wrong_format' | 'estimated_from_size' | null
}

export interface Speed {
  readonly tokensPerSecond: number
  readonly how: 'measured' | 'estimated'
  readonly from?: string
}

interface Insight {
  readonly fit: Fit | null
  readonly openLicense: boolean | null
  readonly capabilities: readonly string[]
  readonly speed: Speed | null
}

export interface StoredModel extends Insight {
  readonly name: string
  readonly digest: string
  readonly size: number
  readonly format: string
  readonly license: string | null
  readonly modified: string
  readonly architecture: string | null
  readonly parameters: number | null
  readonly quantization: string | null
  readonly contextLength: number | null
  readonly aliases: readonly string[]
}

export interface ModelFacts extends StoredModel {
  readonly sources: readonly { readonly reference: string; readonly fetched: string | null }[]
  readonly template: string | null
  readonly defaults: Readonly<Record<string, unknown>>
  readonly files: readonly { readonly name: string; readonly digest: string; readonly size: number }[]
  readonly licenseSource: string | null
  readonly catalog: { readonly id: string; readonly confidence: string | null; readonly notes: string | null } | null
  readonly metadata: Readonly<Record<string, unknown>>
  readonly embeddingLength: number | null
  readonly layers: number | null
  readonly contextBytesPerToken: number | null
  readonly contextNote?: string | null
}

export interface CatalogFile extends Insight {
  readonly file: string
  readonly role?: string
  readonly sha256: string | null
  readonly size: number | null
  readonly quantization: string | null
  readonly sources: readonly string[]
}

export interface CatalogModel {
  readonly id: string
  readonly name: string
  readonly family: string
  readonly organization: string
  readonly shortNames: readonly string[]
  readonly purpose: readonly string[]
  readonly license: string
  readonly openLicense: boolean
  readonly parameters: string | null
  readonly contextLength: number | null
  readonly files: readonly CatalogFile[]
  readonly notes: string | null
}

export interface LoadedModel {
  readonly model: string
  readonly digest: string | null
  /** `llama`, or the name of a remote engine. */
  readonly engine: string
  readonly state: 'loading' | 'ready' | 'unloading' | 'restarting' | 'failed'
  readonly contextLength: number
  readonly status: {
    readonly active: number
    readonly waiting: number
    readonly threads: number
    readonly threadsReason: string
    readonly memoryBytes: number
    /** What computes, as its driver says; absent where nobody says. */
    readonly devices?: readonly string[]
    readonly generationTokensPerSecond: number
  } | null
  readonly expiresAt: string | null
}

/** An entry of `/v1/models`. */
export interface ServedModel {
  readonly id: string
  readonly owned_by: string
  readonly parent: string | null
  readonly max_model_len: number | null
}

export interface PullRun {
  readonly id: string
  readonly state: 'queued' | 'running' | 'succeeded' | 'failed' | 'cancelled' | 'interrupted'
  readonly input: { readonly model: string }
  readonly result: { readonly name: string } | null
  readonly error: { readonly code: string; readonly message: string; readonly hint?: string } | null
  readonly progress: {
    readonly step: string
    readonly completed: number
    readonly total: number | null
    readonly rate: number | null
    readonly eta: number | null
    readonly message?: string
  } | null
  readonly attempts: number
  readonly createdAt: string
  readonly endedAt: string | null
}

export interface PullPreview {
  readonly name: string
  readonly reference: string
  readonly source: string
  readonly files: readonly { readonly name: string; readonly size: number | null; readonly digest: string | null }[]
  readonly size: number | null
  readonly license: string | null
  readonly openLicense: boolean | null
  readonly diskFreeBytes: number
  readonly fit: Fit | null
  readonly messages: readonly string[]
}

export interface Hardware {
  readonly cpuModel: string
  readonly usableCores: number
  readonly memoryTotalBytes: number
  readonly memoryAvailableBytes: number
  /** What models may take together. */
  readonly models: { readonly totalBytes: number; readonly usedBytes: number }
  readonly disk: { readonly free: number; readonly total: number } | null
}

export interface Removal {
  readonly removes: readonly string[]
  readonly freedBytes: number
  readonly sharedBytes: number
  readonly loaded: boolean
}
