import type { ModelRow, Place } from './mergeModels.ts'

export const wheres = ['all', 'here', 'loaded', 'catalogue', 'remote'] as const
export type Where = (typeof wheres)[number]
export const kinds = ['any', 'chat', 'embedding'] as const
export type Kind = (typeof kinds)[number]
export const sortKeys = [
  'name',
  'size',
  'parameters',
  'quantization',
  'license',
  'context',
  'fit',
  'speed',
  'place',
] as const
export type SortKey = (typeof sortKeys)[number]

/** What of the list is shown, and in which order. All of it stands in the page's address. */
export interface ModelFilters {
  readonly text: string
  readonly where: Where
  readonly kind: Kind
  readonly openOnly: boolean
  readonly fitsOnly: boolean
  readonly sort: { readonly by: SortKey; readonly descending: boolean } | null
}

export const noFilters: ModelFilters = {
  text: '',
  where: 'all',
  kind: 'any',
  openOnly: false,
  fitsOnly: false,
  sort: null,
}

const parameters = ['q', 'where', 'kind', 'open', 'fits', 'sort'] as const

/** Reads the filters of an address. What it does not understand counts as not being there. */
export function readFilters(search: URLSearchParams): ModelFilters {
  const oneOf = <T extends string>(values: readonly T[], name: string): T | undefined =>
    values.find((value) => value === search.get(name))
  const sort = search.get('sort') ?? ''
  const by = sortKeys.find((key) => key === sort.replace(/^-/, ''))
  return {
    text: search.get('q') ?? '',
    where: oneOf(wheres, 'where') ?? 'all',
    kind: oneOf(kinds, 'kind') ?? 'any',
    openOnly: search.get('open') === '1',
    fitsOnly: search.get('fits') === '1',
    sort: by === undefined ? null : { by, descending: sort.startsWith('-') },
  }
}

/** The address with these filters; whatever else stands in it stays. */
export function writeFilters(search: URLSearchParams, filters: ModelFilters): URLSearchParams {
  const written = new URLSearchParams(search)
  for (const name of parameters) written.delete(name)
  if (filters.text !== '') written.set('q', filters.text)
  if (filters.where !== 'all') written.set('where', filters.where)
  if (filters.kind !== 'any') written.set('kind', filters.kind)
  if (filters.openOnly) written.set('open', '1')
  if (filters.fitsOnly) written.set('fits', '1')
  if (filters.sort !== null) written.set('sort', `${filters.sort.descending ? '-' : ''}${filters.sort.by}`)
  return written
}

const placesOf: Readonly<Record<Where, readonly Place[]>> = {
  all: ['loaded', 'stored', 'pulling', 'remote', 'catalog'],
  here: ['loaded', 'stored', 'pulling'],
  loaded: ['loaded'],
  catalogue: ['catalog', 'pulling'],
  remote: ['remote'],
}

/** The lines that pass all filters, in their order. */
export function filterRows(rows: readonly ModelRow[], filters: ModelFilters): ModelRow[] {
  const words = filters.text.toLowerCase().split(/\s+/).filter(Boolean)
  const places = placesOf[filters.where]
  return rows.filter(
    (row) =>
      places.includes(row.place) &&
      words.every((word) => row.search.includes(word)) &&
      (!filters.openOnly || row.openLicense === true) &&
      // What runs elsewhere needs no room here.
      (!filters.fitsOnly || row.place === 'remote' || row.fit?.fits === true) &&
      isOfKind(row, filters.kind),
  )
}

function isOfKind({ capabilities, place }: ModelRow, kind: Kind): boolean {
  const can = (...names: string[]): boolean => names.some((name) => capabilities.includes(name))
  if (kind === 'chat') return can('chat', 'completion') || (place === 'remote' && capabilities.length === 0)
  return kind === 'any' || can('embedding', 'rerank')
}
