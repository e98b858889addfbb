import { createRequire } from 'node:module'
import { SanjhaError } from '../../core/index.ts'
import { formatReference, parseReference } from '../reference.ts'
// Only the type: this makes the compiler copy the file, and reading it waits until somebody asks.
import type {} from './catalog.json'
import type { CatalogData, CatalogFile, CatalogLicense, CatalogModel } from './catalogTypes.ts'

/** A file of the catalogue and the model it belongs to. */
export interface CatalogMatch {
  readonly model: CatalogModel
  readonly file: CatalogFile
}

/** The built-in list of models. Reads its file at the first question. */
export interface Catalog {
  readonly date: string
  models(): readonly CatalogModel[]
  license(id: string): CatalogLicense | undefined
  /** What a key of `CatalogFile.stated` means. */
  statedBy(key: string): string | undefined
  /** The model of a short name, whether or not it can be pulled by it; undefined if there is none. */
  lookup(shortName: string): CatalogModel | undefined
  /**
   * The file that a short name pulls: the model's preferred one, or with a quantisation after it (`granite:1b-q8_0`,
   * `granite-4.0-1b:q8_0`) that one. Undefined for an unknown name. Errors: `model_not_found` when no file of the model
   * has a known digest; the hint names the reference to use instead.
   */
  resolve(shortName: string): CatalogMatch | undefined
  /** By the digest of a file, with or without `sha256:`. */
  findByDigest(digest: string): CatalogMatch | undefined
  /** By a reference that gives a catalogued file. Versions of packages and revisions need not be named. */
  findBySource(reference: string): CatalogMatch | undefined
  /** The name a pulled file is stored under: the model's id and the quantisation. */
  nameOf(match: CatalogMatch): string
}

/** Opens a catalogue; without `data`, the built-in one. */
export function openCatalog(data?: CatalogData): Catalog {
  let loaded: CatalogData | undefined = data
  const read = (): CatalogData => {
    loaded ??= createRequire(import.meta.url)('./catalog.json') as CatalogData
    return loaded
  }
  const byName = lazy(() => {
    const names = new Map<string, CatalogModel>()
    for (const model of read().models) for (const name of model.shortNames) names.set(name, model)
    return names
  })
  const byDigest = lazy(() => indexFiles(read(), (file) => (file.sha256 === null ? [] : [file.sha256])))
  const bySource = lazy(() =>
    indexFiles(read(), (file) => [...file.sources, ...(file.parts ? [file.parts.source] : [])].flatMap(sourceKeys)),
  )

  const find = (shortName: string): { model: CatalogModel; quantization: string | null } | undefined => {
    const name = shortName.toLowerCase().replace(/:latest$/, '')
    const exact = byName().get(name)
    if (exact !== undefined) return { model: exact, quantization: null }
    // The quantisation follows the model's name after `:`, or the size after `-`.
    for (const separator of [':', '-']) {
      for (let at = name.indexOf(separator); at > 0; at = name.indexOf(separator, at + 1)) {
        const model = byName().get(name.slice(0, at))
        const quantization = name.slice(at + 1)
        if (model?.files.some((f) => quantizationOf(f) === quantization)) return { model, quantization }
      }
    }
    return undefined
  }

  return {
    get date() {
      return read().date
    },
    models: () => read().models,
    license: (id) => read().licenses[id],
    statedBy: (key) => read().statedBy[key],
    lookup: (shortName) => find(shortName)?.model,
    resolve: (shortName) => {
      const found = find(shortName)
      if (found === undefined) return undefined
      const { model, quantization } = found
      const candidates = model.files.filter((f) => f.role === 'weights')
      const file = candidates.find(
        (f) =>
          f.sha256 !== null &&
          f.sources.length > 0 &&
          f.file.endsWith('.gguf') &&
          (quantization === null || quantizationOf(f) === quantization),
      )
      if (file === undefined) throw notPullable(shortName, model, candidates)
      return { model, file }
    },
    findByDigest: (digest) => byDigest().get(digest.replace(/^sha256:/, '')),
    findBySource: (reference) => {
      for (const key of sourceKeys(reference)) {
        const match = bySource().get(key)
        if (match !== undefined) return match
      }
      return undefined
    },
    nameOf: ({ model, file }) => {
      const quantization = quantizationOf(file)
      return quantization === null ? model.id : `${model.id}:${quantization}`
    },
  }
}

/** The quantisation as it stands in a name, or null where the catalogue's text is no single word. */
function quantizationOf(file: CatalogFile): string | null {
  return file.quantization !== null && /^[A-Za-z0-9_]+$/.test(file.quantization)
    ? file.quantization.toLowerCase()
    : null
}

/** A reference as written, and without version or revision. */
function sourceKeys(reference: string): string[] {
  const parsed = parseReference(reference)
  const full = formatReference(parsed)
  if (parsed.scheme === 'hf') return [full, formatReference({ ...parsed, revision: null })]
  if (parsed.scheme === 'pypi' || parsed.scheme === 'npm') return [full, formatReference({ ...parsed, version: null })]
  return [full]
}

function indexFiles(data: CatalogData, keys: (file: CatalogFile) => string[]): Map<string, CatalogMatch> {
  const index = new Map<string, CatalogMatch>()
  for (const model of data.models) {
    for (const file of model.files) {
      for (const key of keys(file)) if (!index.has(key)) index.set(key, { model, file })
    }
  }
  return index
}

function notPullable(shortName: string, model: CatalogModel, files: readonly CatalogFile[]): SanjhaError {
  const source = files.find((f) => f.file.endsWith('.gguf'))?.sources[0] ?? files.flatMap((f) => f.sources)[0]
  const reference = source ?? (model.weights === null ? null : `hf://${model.weights}`)
  return new SanjhaError(
    'model_not_found',
    `\`${shortName}\` is ${model.name}, but the catalogue knows no digest for a GGUF file of it, so the short name cannot be pulled.`,
    {
      ...(reference !== null && { hint: `Name the source yourself: \`sanjha pull ${reference}\`.` }),
      details: { catalogId: model.id, ...(reference !== null && { reference }) },
    },
  )
}

function lazy<T>(make: () => T): () => T {
  let value: { readonly it: T } | undefined
  return () => {
    value ??= { it: make() }
    return value.it
  }
}
