import type { Catalog, CatalogMatch } from '../catalog/index.ts'
import type { ModelDetails, ModelSource, ModelSummary } from '../contract.ts'
import type { MetadataValue } from '../formats/index.ts'
import type { IndexedModel } from './sqliteIndex.ts'

/** What `details` needs beyond the index: the header in full, and where the files are. */
export interface FullHeader {
  readonly metadata: Readonly<Record<string, MetadataValue>>
  readonly template: string | null
  readonly embeddingLength: number | null
  readonly layers: number | null
  readonly contextBytesPerToken: number | null
  readonly contextNote: string | null
  readonly nonEmbeddingParameters: number | null
}

/** The name that a person sees; a model that lost its only name is called by its digest. */
export function nameOf(model: IndexedModel): string {
  return model.names[0] ?? model.manifest.digest.slice(0, 'sha256:'.length + 12)
}

export function toSummary(model: IndexedModel, catalog: Catalog): ModelSummary {
  const { facts } = model
  return {
    name: nameOf(model),
    digest: model.manifest.digest,
    size: facts.files.reduce((sum, f) => sum + f.size, 0),
    format: facts.format,
    license: catalogued(model, catalog)?.model.license ?? facts.license,
    modified: model.stored,
    architecture: facts.architecture,
    parameters: facts.parameters,
    quantization: facts.quantization,
    contextLength: facts.contextLength,
    aliases: model.names.slice(1),
  }
}

export function toDetails(
  model: IndexedModel,
  header: FullHeader,
  catalog: Catalog,
  pathOf: (file: { readonly name: string; readonly digest: string }) => string,
): ModelDetails {
  const match = catalogued(model, catalog)
  return {
    ...toSummary(model, catalog),
    sources: withKnownSources(model.sources, match),
    template: header.template,
    defaults: match?.model.defaults ?? {},
    files: model.facts.files.map((file) => ({ ...file, path: pathOf(file) })),
    licenseSource: licenseSource(model, match, catalog),
    catalog:
      match === undefined ? null : { id: match.model.id, confidence: match.file.confidence, notes: match.model.notes },
    metadata: header.metadata,
    embeddingLength: header.embeddingLength,
    layers: header.layers,
    contextBytesPerToken: header.contextBytesPerToken,
    contextNote: header.contextNote,
    nonEmbeddingParameters: header.nonEmbeddingParameters,
  }
}

/** The catalogue's entry for exactly these weights: by digest, never by name. */
function catalogued(model: IndexedModel, catalog: Catalog): CatalogMatch | undefined {
  for (const file of model.facts.files) {
    const match = catalog.findByDigest(file.digest)
    if (match !== undefined) return match
  }
  return undefined
}

/** Sources are interchangeable ways to the same bytes, so those that the catalogue knows are told as well. */
function withKnownSources(sources: readonly ModelSource[], match: CatalogMatch | undefined): ModelSource[] {
  const seen = new Set(sources.map((s) => s.reference))
  const known = (match?.file.sources ?? []).filter((reference) => !seen.has(reference))
  return [...sources, ...known.map((reference) => ({ reference, fetched: null }))]
}

/** Where the licence is said, and whether the file and the catalogue agree. */
function licenseSource(model: IndexedModel, match: CatalogMatch | undefined, catalog: Catalog): string | null {
  const inHeader = model.facts.license
  if (match === undefined) return inHeader === null ? null : 'the file’s header'
  const { license, licenseSources, licenseBasis } = match.model
  const stated = licenseSources.map((key) => catalog.statedBy(key) ?? key).join('; ')
  const basis = licenseBasis === 'sources' ? stated : 'as its publisher states, not re-read'
  const header =
    inHeader === null
      ? 'the file’s header says nothing'
      : inHeader === license
        ? 'the file’s header says the same'
        : `the file’s header says ${inHeader}`
  return `the catalogue (${basis}); ${header}`
}
