import type { CatalogEntry, ModelDetails, ModelSummary } from '../../models/index.ts'

/** Why a model does not fit or what its estimate leaves open; programs translate by it, `reason` says it in English. */
export type FitReason = 'too_large' | 'wrong_format' | 'estimated_from_size'

/** Whether a model can be loaded on this machine now, were nothing else loaded. */
export interface ModelFit {
  readonly fits: boolean
  /** Memory it would take with `contextLength` tokens. */
  readonly needBytes: number
  /** Memory that models may take together. */
  readonly availableBytes: number
  /** Tokens it would be given. */
  readonly contextLength: number
  /** The longest context that fits; null where the header has not been seen, so that nobody can tell. */
  readonly largestContext: number | null
  /** In words, when it does not fit or the numbers are a guess. */
  readonly reason: string | null
  readonly reasonCode: FitReason | null
}

export interface ModelSpeed {
  readonly tokensPerSecond: number
  /** `measured`: the last answer of this very model on this machine. `estimated`: from one that was measured. */
  readonly how: 'measured' | 'estimated'
  /** The measured model that an estimate was made from. */
  readonly from?: string
}

/** What can be said of a model beyond what its file says. */
export interface Insight {
  /** Null where nobody states the size. */
  readonly fit: ModelFit | null
  /** Whether anybody may use, change and pass it on; null where that is not known. */
  readonly openLicense: boolean | null
  /** What can be asked of it: `completion`, `chat`, `tools`, `thinking`, `embedding`, `rerank`, `insert`. */
  readonly capabilities: readonly string[]
  /** Null when nothing has been measured that tells. */
  readonly speed: ModelSpeed | null
}

export type InsightfulCatalogEntry = Omit<CatalogEntry, 'files'> & {
  readonly files: readonly (CatalogEntry['files'][number] & Insight)[]
}

/** What a pull would bring, and whether it could be used here. */
export interface PullPreview {
  /** What the model would be called. */
  readonly name: string
  /** As it was asked for. */
  readonly reference: string
  /** Canonical reference of the source that answered. */
  readonly source: string
  /** The first file with weights. */
  readonly file: string | null
  readonly files: readonly { readonly name: string; readonly size: number | null; readonly digest: string | null }[]
  /** Bytes of all files; null where nobody says beforehand. */
  readonly size: number | null
  /** Of `file`, 64 hex digits. */
  readonly sha256: string | null
  readonly license: string | null
  readonly openLicense: boolean | null
  /** Free on the disk of the store. */
  readonly diskFreeBytes: number
  readonly fit: ModelFit | null
  /** What a person should hear, e.g. which quantisation was chosen. */
  readonly messages: readonly string[]
}

/** Answers whether models fit here, how fast they are, and what they can do. */
export interface ModelInsights {
  /** The stored models, each with its insight. A model whose header cannot be read gets an estimate from its size. */
  list(): Promise<readonly (ModelSummary & Insight)[]>
  of(model: ModelDetails): Promise<ModelDetails & Insight>
  catalog(): Promise<readonly InsightfulCatalogEntry[]>
  /** What pulling this would bring. Errors: as `Models.resolve`. */
  preview(reference: string, signal: AbortSignal): Promise<PullPreview>
  /** Remembers how fast a model of that digest was. */
  note(digest: string, tokensPerSecond: number): void
}
