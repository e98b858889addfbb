import { stat } from 'node:fs/promises'
import { homedir } from 'node:os'
import { resolve } from 'node:path'
import {
  type Clock,
  type Database,
  didYouMean,
  type Logger,
  type Paths,
  SanjhaError,
  silentLogger,
  systemClock,
} from '../core/index.ts'
import { type Catalog, type CatalogMatch, openCatalog } from './catalog/index.ts'
import type { ModelDetails, Models, PullOptions } from './contract.ts'
import { openLicenses } from './openLicenses.ts'
import type { PullDeps } from './pull.ts'
import { formatReference, parseReference, type Reference } from './reference.ts'
import { type ModelStore, openStore } from './store/index.ts'
import { storeError } from './storeError.ts'

export interface ModelsOptions
  extends Omit<PullDeps, 'store' | 'catalog' | 'clock' | 'log' | 'cwd' | 'config' | 'env'> {
  /** `store` is the directory of the OCI Image Layout. */
  readonly paths: Pick<Paths, 'store'>
  readonly config: NonNullable<PullDeps['config']>
  readonly env: NonNullable<PullDeps['env']>
  /** Opened at the first question about what is stored. Its migrations must include `modelsMigrations`. */
  readonly database: Database | (() => Database)
  readonly catalog?: Catalog
  /** Against which relative paths are read. */
  readonly cwd?: string
  readonly clock?: Clock
  readonly log?: Logger
}

/** A name that a person gives, as Ollama has them. */
const copyTarget = /^[a-z0-9][\w.-]*(?:\/[a-z0-9][\w.-]*)*(?::[\w.-]+)?$/i

/** What the room gives to `app`: the contract, and the store for those who attach evidence. */
export interface ModelsRoom extends Models {
  readonly store: ModelStore
  /** True when a name means a file of this machine that is not, or may not be, what was stored from it: `pull` brings it anew. */
  hasChanged(name: string): Promise<boolean>
}

/** Opens the models room. Nothing is read until it is asked something. */
export function createModels(options: ModelsOptions): ModelsRoom {
  const { paths, cwd = process.cwd(), clock = systemClock, log = silentLogger, catalog = openCatalog() } = options
  const database = options.database
  const store = openStore({
    root: paths.store,
    database: typeof database === 'function' ? database : () => database,
    catalog,
    clock,
    log,
  })
  const find = (name: string): Promise<ModelDetails | undefined> => findStored(name, { store, catalog, cwd })
  const required = async (name: string): Promise<ModelDetails> => {
    const found = await find(name)
    if (found !== undefined) return found
    const near = await suggest(name)
    throw new SanjhaError('model_not_found', `No model called \`${name}\` is stored.`, {
      hint:
        near.length > 0
          ? `Did you mean ${near.map((n) => `\`${n}\``).join(' or ')}?`
          : '`sanjha list` shows what is stored, `sanjha pull` brings a model.',
    })
  }
  const suggest = async (name: string): Promise<string[]> => {
    const stored = (await store.list()).flatMap((m) => [m.name, ...m.aliases])
    return didYouMean(name, [...stored, ...catalog.models().flatMap((m) => m.shortNames)])
  }

  const prune = async (): ReturnType<ModelStore['pruneStaging']> => {
    const swept = await store.pruneStaging()
    if (swept.removed > 0) log.info({ ...swept }, 'removed what was left half way in the model store')
    return swept
  }

  /** Every method rejects with a `SanjhaError`, whatever the disk did. */
  const guard =
    <Arguments extends unknown[], Result>(work: (...its: Arguments) => Promise<Result>) =>
    async (...its: Arguments): Promise<Result> => {
      try {
        return await work(...its)
      } catch (error) {
        throw storeError(error, paths.store)
      }
    }

  return {
    store,
    list: guard(() => store.list()),
    find: guard(find),
    hasChanged: guard(async (name: string) => {
      const stored = parseQuietly(name)?.scheme === 'file' ? await find(name) : undefined
      return stored !== undefined && (await hasChanged(name, stored, cwd))
    }),
    catalog: () => catalog.models(),
    pull: guard(async (reference: string, pullOptions: PullOptions = {}) => {
      const { force = false, onProgress } = pullOptions
      const stored = await find(reference)
      // What is damaged is fetched again: at every pull where sizes tell, and with `force` whatever was changed.
      const damage = stored === undefined ? [] : await store.dropDamaged(stored.digest, { hash: force })
      for (const { name } of damage) {
        const message = `The stored file ${name} is damaged and is fetched again.`
        onProgress?.({ phase: 'resolve', completed: 0, total: null, rate: null, eta: null, message })
        log.warn({ model: stored?.digest, name }, 'a stored file was damaged')
      }
      if (stored !== undefined && damage.length === 0 && !force && !(await hasChanged(reference, stored, cwd)))
        return stored
      const { pullModel } = await import('./pull.ts')
      return pullModel(
        reference,
        {
          ...options,
          cwd,
          store,
          catalog,
          clock,
          log,
        },
        pullOptions,
      )
    }),
    resolve: guard(async (reference: string, resolveOptions: Pick<PullOptions, 'signal' | 'insecure'> = {}) => {
      const { resolveModel } = await import('./resolveModel.ts')
      return resolveModel(reference, { ...options, cwd, store, catalog, clock, log }, resolveOptions)
    }),
    remove: guard(async (name: string) => {
      const model = await required(name)
      const names = namesFor(name, model, catalog)
      let freedBytes = 0
      for (const one of names ?? [model.digest]) freedBytes += (await store.remove(one)).freedBytes
      // Room is wanted; what was left half way long ago takes some as well.
      await prune()
      return { removed: name, freedBytes }
    }),
    removal: guard(async (name: string) => {
      const model = await required(name)
      const removes = namesFor(name, model, catalog) ?? [model.name, ...model.aliases]
      const { freedBytes, ownBytes } = await store.removal(model.digest, removes)
      return { removes, freedBytes, sharedBytes: Math.max(0, model.size - ownBytes) }
    }),
    isOpenLicense: (license: string | null) => {
      if (license === null) return null
      return catalog.license(license)?.open ?? openLicenses.get(license) ?? null
    },
    copy: guard(async (source: string, target: string) => {
      if (!copyTarget.test(target)) {
        throw new SanjhaError('invalid_reference', `\`${target}\` cannot be the name of a copy.`, {
          hint: 'A name has the form `name`, `name:tag` or `namespace/name:tag`.',
        })
      }
      const { digest } = await required(source)
      return store.copy(digest, target)
    }),
    push: guard(async (name: string, target: string, pushOptions: PullOptions = {}) => {
      const reference = parseReference(target)
      if (reference.scheme !== 'oci') {
        throw new SanjhaError('invalid_reference', `\`${target}\` is not the address of a registry.`, {
          hint: 'The form is oci://host[:port]/repository[:tag].',
        })
      }
      const { digest } = await required(name)
      const [{ pushToRegistry }, { registryContext }] = await Promise.all([
        import('./registry/index.ts'),
        import('./pullContext.ts'),
      ])
      const { env, home = homedir() } = options
      const context = registryContext({ ...options, store, catalog, clock, log }, { env, home })
      return pushToRegistry(digest, reference, context, pushOptions)
    }),
    prune: guard(prune),
    suggest: guard(suggest),
    close: () => undefined,
  }
}

/** The names that go when one is removed; undefined when all do, because the model was named by its digest. */
function namesFor(name: string, model: ModelDetails, catalog: Catalog): string[] | undefined {
  // A model pulled as `smollm2` is stored as `smollm2-135m-instruct:q4_1`: to a person these are one name.
  // A name that its user gave stands for itself alone.
  const byCatalogue = meansByCatalogue(name, model, catalog)
  const same = [model.name, ...model.aliases].filter(
    (n) => n === name || (byCatalogue && meansByCatalogue(n, model, catalog)),
  )
  return same.length > 0 && !isDigestOf(name, model.digest) ? same : undefined
}

interface FindContext {
  readonly store: ModelStore
  readonly catalog: Catalog
  readonly cwd: string
}

/** By exact name or alias, digest, short name of the catalogue, or a reference that gave or gives these bytes. */
async function findStored(name: string, { store, catalog, cwd }: FindContext): Promise<ModelDetails | undefined> {
  const exact = await store.find(name)
  if (exact !== undefined) return exact
  let reference: Reference
  try {
    reference = parseReference(name)
  } catch (error) {
    if (SanjhaError.is(error) && error.code === 'invalid_reference') return undefined
    throw error
  }
  if (reference.scheme === 'file') reference = { scheme: 'file', path: resolve(cwd, reference.path) }
  const canonical = formatReference(reference)
  if (canonical !== name) {
    const found = await store.find(canonical)
    if (found !== undefined) return found
  }
  if (reference.scheme === 'name') {
    const bare =
      reference.tag === 'latest' ? reference.name : reference.tag === null ? `${reference.name}:latest` : null
    const found = bare === null ? undefined : await store.find(bare)
    return found ?? findCatalogued(canonical, store, catalog)
  }
  if (reference.scheme === 'digest') return undefined
  const fetched = await store.findBySource(canonical)
  if (fetched !== undefined) return fetched
  const match = catalog.findBySource(canonical)
  return match?.file.sha256 == null ? undefined : store.findByBlob(`sha256:${match.file.sha256}`)
}

/** True when a reference names a file of this machine that is not, or may not be, what was stored from it. */
async function hasChanged(text: string, model: ModelDetails, cwd: string): Promise<boolean> {
  const reference = parseQuietly(text)
  if (reference?.scheme !== 'file') return false
  const path = resolve(cwd, reference.path)
  const look = (it: string) => stat(it, { bigint: true }).catch(() => undefined)
  const now = await look(path)
  // Gone: what is stored is all there is.
  if (now === undefined) return false
  if (model.files.length === 1 && BigInt(model.files[0]?.size ?? -1) !== now.size) return true
  const canonical = formatReference({ scheme: 'file', path })
  const fetched = model.sources.find((source) => source.reference === canonical)?.fetched
  const blobs = await Promise.all(model.files.map((file) => look(file.path)))
  // What is stored is this very file under another name (a hard link). Making that name was a change of it, but of no byte.
  if (blobs.some((blob) => blob?.ino === now.ino && blob.dev === now.dev))
    return fetched != null && toMs(now.mtimeNs) > Date.parse(fetched)
  // A file that took the place of another may be older than it, but the change of its name is not.
  return fetched == null || Math.max(toMs(now.mtimeNs), toMs(now.ctimeNs)) > Date.parse(fetched)
}

const toMs = (nanoseconds: bigint): number => Number(nanoseconds) / 1e6

function parseQuietly(text: string): Reference | undefined {
  try {
    return parseReference(text)
  } catch {
    return undefined // a name that a user gave
  }
}

/** The file that the short name pulls; else, where it names no quantisation, any file of that model. */
async function findCatalogued(name: string, store: ModelStore, catalog: Catalog): Promise<ModelDetails | undefined> {
  const match = resolveQuietly(name, catalog)
  const preferred = match?.file.sha256
  if (preferred != null) {
    const found = await store.findByBlob(`sha256:${preferred}`)
    if (found !== undefined) return found
  }
  const model = catalog.lookup(name)
  const bare = name.replace(/:latest$/, '')
  if (model === undefined || !model.shortNames.includes(bare)) return undefined
  for (const file of model.files) {
    if (file.sha256 === null || file.role !== 'weights') continue
    const found = await store.findByBlob(`sha256:${file.sha256}`)
    if (found !== undefined) return found
  }
  return undefined
}

function resolveQuietly(name: string, catalog: Catalog): CatalogMatch | undefined {
  try {
    return catalog.resolve(name)
  } catch {
    return undefined // known, but not pullable by name; it may be stored all the same
  }
}

/** True when a stored name is only another way to say which catalogued file this is. */
function meansByCatalogue(name: string, model: ModelDetails, catalog: Catalog): boolean {
  if (model.sources.some((s) => s.reference === name)) return true
  const digest = resolveQuietly(name, catalog)?.file.sha256
  return digest != null && model.files.some((f) => f.digest === `sha256:${digest}`)
}

function isDigestOf(name: string, digest: string): boolean {
  return /^(?:sha256:)?[0-9a-f]{8,64}$/i.test(name) && digest.includes(name.toLowerCase().replace('sha256:', ''))
}
