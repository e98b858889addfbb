import type { CatalogFile, CatalogModel, Fit, LoadedModel, PullRun, ServedModel, Speed, StoredModel } from './wire.ts'

/** Where a model is: in memory, on this disk, on its way, with a remote engine, or only known. */
export type Place = 'loaded' | 'stored' | 'pulling' | 'remote' | 'catalog'

/** A line of the list: something that is here, or could be. */
export interface ModelRow {
  /** Unique in the list. */
  readonly key: string
  /** What a person types, and its address in the page. */
  readonly name: string
  /** How people call it, where the catalogue says. */
  readonly title: string | null
  readonly place: Place
  readonly size: number | null
  readonly license: string | null
  readonly openLicense: boolean | null
  /** A number where it was counted, a text where somebody states it. */
  readonly parameters: number | string | null
  readonly quantization: string | null
  readonly contextLength: number | null
  readonly fit: Fit | null
  readonly speed: Speed | null
  readonly capabilities: readonly string[]
  /** What to pull it by; null where nothing is known that leads to it. */
  readonly reference: string | null
  /** Why the catalogue's name alone does not lead to it; null where it does, and for what the catalogue has not. */
  readonly obstacle: 'nowhere' | 'unverified' | 'format' | null
  /** The remote engine that it is with. */
  readonly engine: string | null
  /** The model that an adapter is for. */
  readonly parent: string | null
  readonly isStored: boolean
  readonly loaded: LoadedModel | null
  /** The last pull of it, when there is something to say of it. */
  readonly pull: PullRun | null
  readonly catalog: CatalogModel | null
  /** What a text is looked for in; lower case. */
  readonly search: string
}

export interface ModelLists {
  readonly stored: readonly StoredModel[]
  readonly catalog: readonly CatalogModel[]
  readonly served: readonly ServedModel[]
  readonly loaded: readonly LoadedModel[]
  /** The newest first. */
  readonly pulls: readonly PullRun[]
}

/** Everything in one list: what is on its way, in memory, stored, remote, and then what the catalogue has besides. */
export function mergeModels(lists: ModelLists): ModelRow[] {
  const loaded = new Map(lists.loaded.map((model) => [model.model, model]))
  const pulls = new Pulls(lists.pulls)
  const stored = lists.stored.map((model) => storedRow(model, loaded.get(model.name), pulls))
  const names = new Set(
    lists.stored.flatMap(({ name, aliases }) => [name, ...aliases].map((each) => each.toLowerCase())),
  )
  const served = lists.served.filter(({ id }) => !names.has(id.toLowerCase())).map((model) => servedRow(model, loaded))
  const catalog = lists.catalog.flatMap((model) => catalogRows(model, names, pulls))
  const inOrder = stored.toSorted((a, b) => a.name.localeCompare(b.name, 'en'))
  const is = (place: Place) => (row: ModelRow) => row.place === place
  return [
    ...pulls.others().map(pullRow),
    ...catalog.filter(is('pulling')),
    ...inOrder.filter(is('loaded')),
    ...inOrder.filter(is('stored')),
    ...served,
    ...catalog.filter(is('catalog')),
  ]
}

export const isActive = ({ state }: Pick<PullRun, 'state'>): boolean => state === 'queued' || state === 'running'

/** The last pull of each reference. Those that nobody took belong to no line yet. */
class Pulls {
  readonly #last = new Map<string, PullRun>()
  readonly #taken = new Set<string>()

  constructor(runs: readonly PullRun[]) {
    for (const run of runs) {
      const key = run.input.model.toLowerCase()
      const known = this.#last.get(key)
      if (known === undefined || (isActive(run) && !isActive(known))) this.#last.set(key, run)
    }
  }

  take(names: readonly string[]): PullRun | null {
    const found = names.flatMap((name) => this.#last.get(name.toLowerCase()) ?? [])
    for (const { id } of found) this.#taken.add(id)
    const open = found.filter(({ state }) => state !== 'succeeded')
    return open.find(isActive) ?? open[0] ?? null
  }

  others(): PullRun[] {
    return [...this.#last.values()].filter(({ id, state }) => state !== 'succeeded' && !this.#taken.has(id))
  }
}

const nothing = {
  title: null,
  size: null,
  license: null,
  openLicense: null,
  parameters: null,
  quantization: null,
  contextLength: null,
  fit: null,
  speed: null,
  capabilities: [],
  reference: null,
  obstacle: null,
  engine: null,
  parent: null,
  isStored: false,
  loaded: null,
  pull: null,
  catalog: null,
} as const

function storedRow(model: StoredModel, loaded: LoadedModel | undefined, pulls: Pulls): ModelRow {
  const pull = pulls.take([model.name, ...model.aliases])
  const { name, size, license, openLicense, parameters, quantization, contextLength, fit, speed, capabilities } = model
  return {
    ...nothing,
    key: `stored ${name}`,
    name,
    size,
    license,
    openLicense,
    parameters,
    quantization,
    contextLength,
    fit,
    speed,
    capabilities,
    place: loaded === undefined ? 'stored' : 'loaded',
    isStored: true,
    loaded: loaded ?? null,
    // What failed before it came some other way is past.
    pull: pull !== null && isActive(pull) ? pull : null,
    search: searchText([name, license, quantization, model.architecture, ...model.aliases, ...capabilities]),
  }
}

function servedRow(
  { id, owned_by, parent, max_model_len }: ServedModel,
  all: ReadonlyMap<string, LoadedModel>,
): ModelRow {
  const loaded = all.get(id) ?? null
  const isRemote = owned_by !== 'sanjha'
  return {
    ...nothing,
    key: `served ${id}`,
    name: id,
    place: isRemote ? 'remote' : loaded === null ? 'stored' : 'loaded',
    contextLength: max_model_len,
    engine: isRemote ? owned_by : null,
    parent,
    loaded,
    search: searchText([id, owned_by, parent]),
  }
}

/** A line for each quantisation that could be had; one line for a model of which no file is known. */
function catalogRows(model: CatalogModel, stored: ReadonlySet<string>, pulls: Pulls): ModelRow[] {
  const files = model.files.filter(({ role }) => role === undefined || role === 'weights')
  const pullable = files.find((file) => isVerifiable(file))
  const byName = new Map<string, CatalogFile>()
  for (const file of files) {
    const name = catalogName(model, file)
    const known = byName.get(name)
    // Several sources may have the same kind; a name leads to the first whose bytes can be checked.
    if (known === undefined || (!isVerifiable(known) && isVerifiable(file))) byName.set(name, file)
  }
  if (byName.size === 0 && !stored.has(model.id))
    return [catalogRow(model, model.id, undefined, model.shortNames, pulls)]
  return [...byName].flatMap(([name, file]) => {
    const others = file === pullable ? model.shortNames : []
    return stored.has(name.toLowerCase()) ? [] : [catalogRow(model, name, file, others, pulls)]
  })
}

function catalogRow(
  model: CatalogModel,
  name: string,
  file: CatalogFile | undefined,
  otherNames: readonly string[],
  pulls: Pulls,
): ModelRow {
  const reference = file !== undefined && isVerifiable(file) ? name : (file?.sources[0] ?? null)
  const pull = pulls.take([name, ...otherNames, ...(file?.sources ?? [])])
  return {
    ...nothing,
    key: `catalog ${name}`,
    name,
    title: model.name,
    place: pull === null ? 'catalog' : 'pulling',
    size: file?.size ?? null,
    license: model.license,
    openLicense: model.openLicense,
    parameters: model.parameters,
    quantization: file?.quantization ?? null,
    contextLength: model.contextLength,
    fit: file?.fit ?? null,
    speed: file?.speed ?? null,
    capabilities: file?.capabilities ?? [],
    reference,
    obstacle: obstacleOf(file),
    pull,
    catalog: model,
    search: searchText([
      name,
      model.name,
      model.family,
      model.organization,
      model.license,
      file?.quantization,
      ...model.shortNames,
      ...model.purpose,
    ]),
  }
}

const pullRow = (run: PullRun): ModelRow => ({
  ...nothing,
  key: `pull ${run.input.model}`,
  name: run.input.model,
  place: 'pulling',
  reference: run.input.model,
  pull: run,
  search: searchText([run.input.model]),
})

/** By its short name the server fetches only GGUF files whose digest the catalogue knows. */
const isVerifiable = (file: CatalogFile): boolean => obstacleOf(file) === null

function obstacleOf(file: CatalogFile | undefined): ModelRow['obstacle'] {
  if (file === undefined || file.sources.length === 0) return 'nowhere'
  if (!isGguf(file)) return 'format'
  return file.sha256 === null ? 'unverified' : null
}

const isGguf = ({ file }: CatalogFile): boolean => file.toLowerCase().endsWith('.gguf')

/** As the server names what it fetched: the quantisation follows where it is one word. */
function catalogName({ id }: CatalogModel, file: CatalogFile): string {
  if (!isGguf(file)) return `${id}/${file.file}`
  const { quantization } = file
  return quantization !== null && /^\w+$/.test(quantization) ? `${id}:${quantization.toLowerCase()}` : id
}

const searchText = (parts: readonly (string | null | undefined)[]): string =>
  parts
    .filter((part) => part != null)
    .join(' ')
    .toLowerCase()
