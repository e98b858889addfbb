import type { CatalogEntry, Confidence } from '../contract.ts'

/** A file that is had by joining others, because a registry limits how large one may be. */
export interface CatalogParts {
  /** The reference that stands for the joined file. */
  readonly source: string
  /** The pieces, in order. Their concatenation has the file's `sha256`. */
  readonly references: readonly string[]
}

/** One file of a catalogued model, with where its facts come from. */
export interface CatalogFile {
  readonly file: string
  readonly role: 'weights' | 'weights-original' | 'projector'
  readonly quantization: string | null
  /** 64 hex digits, without `sha256:`; null where nobody states it. */
  readonly sha256: string | null
  /** Bytes. */
  readonly size: number | null
  readonly confidence: Confidence | null
  readonly publisher: 'model-author' | 'ggml-org' | 'third-party-conversion'
  /** References that give these bytes, best first. */
  readonly sources: readonly string[]
  /** Keys of `statedBy`: who states digest and size. */
  readonly stated: readonly string[]
  readonly parts?: CatalogParts
}

/** `CatalogEntry` with everything the catalogue knows. */
export interface CatalogModel extends CatalogEntry {
  readonly files: readonly CatalogFile[]
  /** `sources`: somebody whom we read states the licence. Else the publisher is said to state it, and it was not re-read. */
  readonly licenseBasis: 'sources' | 'publisher-stated-not-re-read'
  readonly licenseSources: readonly string[]
  /** The licence of the base model, where it differs or adds duties. */
  readonly upstreamLicense?: string
  readonly lineage: { readonly baseModel: string | null; readonly relation: string | null } | null
  readonly openness: string | null
  /** Repository of the original weights. */
  readonly weights: string | null
  readonly ollama?: readonly { readonly name: string; readonly sha256: string | null; readonly verified: boolean }[]
}

export interface CatalogLicense {
  readonly name: string
  readonly open: boolean
  readonly restrictions: string | null
}

/** The built-in catalogue's file. */
export interface CatalogData {
  readonly date: string
  readonly licenses: Readonly<Record<string, CatalogLicense>>
  readonly statedBy: Readonly<Record<string, string>>
  readonly models: readonly CatalogModel[]
}
