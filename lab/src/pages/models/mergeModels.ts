/** What the server tells of a stored model, as far as the list shows it. */
export interface StoredModel {
  readonly name: string
  readonly digest: string
  readonly size: number
  readonly license: string | null
  readonly parameters: number | null
  readonly quantization: string | null
  readonly contextLength: number | null
}

export interface CatalogModel {
  readonly id: string
  readonly license: string
  readonly parameters: string | null
  readonly contextLength: number | null
  readonly files: readonly CatalogFile[]
}

export interface CatalogFile {
  readonly file: string
  readonly role: string
  readonly sha256: string | null
  readonly size: number | null
  readonly quantization: string | null
}

/** A line of the list: something that is here, or could be. */
export interface ModelRow {
  readonly key: string
  readonly name: string
  readonly size: number | null
  readonly license: string | null
  /** A number where it was counted, a text where somebody states it. */
  readonly parameters: number | string | null
  readonly quantization: string | null
  readonly contextLength: number | null
  readonly place: 'loaded' | 'stored' | 'catalog'
}

/** Stored models first, those in memory at the top; then what the catalogue has besides, a line for each file of weights. */
export function mergeModels(
  stored: readonly StoredModel[],
  catalog: readonly CatalogModel[],
  loaded: ReadonlySet<string>,
): ModelRow[] {
  const here = stored.map(
    (model): ModelRow => ({ ...model, key: model.name, place: loaded.has(model.name) ? 'loaded' : 'stored' }),
  )
  const names = new Set(stored.map(({ name }) => name.split(':')[0]))
  const known = catalog
    .filter(({ id }) => !names.has(id))
    .flatMap((model) =>
      model.files
        .filter(({ role, sha256 }) => role === 'weights' && sha256 !== null)
        .map(
          (file): ModelRow => ({
            key: `${model.id}/${file.file}`,
            name: file.quantization === null ? model.id : `${model.id}:${file.quantization.toLowerCase()}`,
            size: file.size,
            license: model.license,
            parameters: model.parameters,
            quantization: file.quantization,
            contextLength: model.contextLength,
            place: 'catalog',
          }),
        ),
    )
  const inOrder = (rows: readonly ModelRow[]): ModelRow[] => rows.toSorted((a, b) => a.name.localeCompare(b.name, 'en'))
  return [
    ...inOrder(here.filter(({ place }) => place === 'loaded')),
    ...inOrder(here.filter(({ place }) => place === 'stored')),
    ...inOrder(known),
  ]
}
