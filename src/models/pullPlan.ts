import { SanjhaError } from '../core/index.ts'
import type { Catalog, CatalogMatch } from './catalog/index.ts'
import { formatReference, parseReference, type Reference } from './reference.ts'

/** One way to the model's bytes. */
export interface PullSource {
  readonly reference: Reference
  /** The references of the pieces, when the file is had by joining others. */
  readonly parts: readonly Reference[] | null
}

/** What a pull is going to do. */
export interface PullPlan {
  /** What the model will be called. */
  readonly name: string
  readonly aliases: readonly string[]
  /** The catalogue's file, when the bytes are known beforehand. */
  readonly match: CatalogMatch | null
  /** `sha256:…` that the model's file must have; null when nobody knows beforehand. */
  readonly digest: string | null
  /** Best first. They all give the same bytes. */
  readonly sources: readonly PullSource[]
}

/**
 * Turns what a person typed into a plan. Errors: `invalid_reference`; `model_not_found` for a name that the catalogue
 * does not know or a digest that it cannot find.
 */
export function planPull(text: string, catalog: Catalog): PullPlan {
  const reference = parseReference(text)
  if (reference.scheme === 'name') {
    const typed = formatReference(reference)
    const match = catalog.resolve(typed)
    if (match === undefined) {
      throw new SanjhaError('model_not_found', `There is no model \`${typed}\` in the catalogue.`, {
        hint: 'Name a source: `hf://organisation/repository`, `file:///path/model.gguf`, `https://…`. The catalogue: `sanjha list --catalog`.',
        details: { name: typed },
      })
    }
    return fromCatalog(match, catalog, typed, [])
  }
  if (reference.scheme === 'digest') {
    const match = catalog.findByDigest(reference.digest)
    if (match === undefined) {
      throw new SanjhaError('model_not_found', `No source is known for ${reference.digest}.`, {
        hint: 'Name a source: `hf://organisation/repository`, `file:///path/model.gguf`, `https://…`.',
      })
    }
    return fromCatalog(match, catalog, null, [])
  }
  const canonical = formatReference(reference)
  const match = catalogMatch(reference, catalog)
  if (match !== undefined) return fromCatalog(match, catalog, canonical, [reference])
  return { name: canonical, aliases: [], match: null, digest: null, sources: [{ reference, parts: null }] }
}

/** What the catalogue promises of a reference; undefined where it promises nothing. */
export function catalogMatch(reference: Reference, catalog: Catalog): CatalogMatch | undefined {
  const canonical = formatReference(reference)
  const match = catalog.findBySource(canonical)
  if (match === undefined || match.file.sha256 === null) return undefined
  return speaksOfTheSame(reference, canonical, match) ? match : undefined
}

/** The digest is the catalogue's business only if the user did not name another revision or version than it did. */
function speaksOfTheSame(reference: Reference, canonical: string, match: CatalogMatch): boolean {
  if (match.file.sources.includes(canonical)) return true
  const unversioned =
    (reference.scheme === 'hf' && reference.revision === null) ||
    ((reference.scheme === 'pypi' || reference.scheme === 'npm') && reference.version === null)
  return unversioned || match.file.parts?.source === canonical
}

function fromCatalog(
  match: CatalogMatch,
  catalog: Catalog,
  typed: string | null,
  first: readonly Reference[],
): PullPlan {
  const name = catalog.nameOf(match)
  const parts = match.file.parts
  const references = [...first.map(formatReference), ...match.file.sources, ...(parts ? [parts.source] : [])]
  const sources = [...new Set(references)].map((source): PullSource => {
    const reference = parseReference(source)
    const joined = parts !== undefined && withoutVersion(source) === withoutVersion(parts.source)
    return { reference, parts: joined ? parts.references.map(parseReference) : null }
  })
  return {
    name,
    aliases: typed === null || typed === name ? [] : [typed],
    match,
    digest: match.file.sha256 === null ? null : `sha256:${match.file.sha256}`,
    sources,
  }
}

function withoutVersion(source: string): string {
  const reference = parseReference(source)
  if (reference.scheme === 'pypi' || reference.scheme === 'npm') return formatReference({ ...reference, version: null })
  return formatReference(reference)
}
