import { mkdir, rm, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import {
  type Clock,
  type Database,
  type Logger,
  nodeCrypto,
  SanjhaError,
  silentLogger,
  systemClock,
} from '../../core/index.ts'
import { type Catalog, openCatalog } from '../catalog/index.ts'
import type { ModelDetails, ModelSummary } from '../contract.ts'
import { openBlobs } from './blobs.ts'
import type { ModelStore } from './contract.ts'
import { factsVersion, type LayoutIndex, openLayout, type StoredModel, type StoredReferrer } from './layout.ts'
import { needsLinks, openLinks } from './links.ts'
import { filesOf, isModelManifest, parseManifest } from './manifest.ts'
import { checkName, moveName, refuseForeignName, withSource } from './names.ts'
import { type FullHeader, toDetails, toSummary } from './present.ts'
import { type IndexedModel, openSqliteIndex } from './sqliteIndex.ts'

export interface StoreOptions {
  /** The layout's directory; made at the first commit. */
  readonly root: string
  /** Opened at the first question about what is stored. Its migrations must include `modelsMigrations`. */
  readonly database: () => Database
  readonly catalog?: Catalog
  readonly clock?: Clock
  readonly log?: Logger
}

// Listing and finding need little of this room. What only a change or a first look needs is loaded when it is asked for.
const commits = () => import('./commit.ts')
const describing = () => import('./describe.ts')
const garbage = () => import('./garbage.ts')
const evidence = () => import('./referrers.ts')

/** Longer than the record of a pull is kept (90 days), so that one that can be resumed still has what it fetched. */
const abandonedMs = 100 * 24 * 3600 * 1000

/** Opens the store. Touches neither disk nor database until it is asked something. */
export function openStore(options: StoreOptions): ModelStore {
  const { root, clock = systemClock, log = silentLogger, catalog = openCatalog() } = options
  const blobs = openBlobs(root)
  const layout = openLayout(root)
  const links = openLinks(root, blobs)
  const staging = join(root, 'staging')
  let opened: ReturnType<typeof openSqliteIndex> | undefined
  const sqlite = (): ReturnType<typeof openSqliteIndex> => {
    opened ??= openSqliteIndex(options.database(), root)
    return opened
  }

  /** Fills the database anew when the layout has changed, whoever changed it. */
  const current = async (force = false): Promise<ReturnType<typeof openSqliteIndex>> => {
    const stamp = await layout.stamp()
    const index = sqlite()
    if (!force && index.stamp() === stamp) return index
    const { models } = await layout.read()
    const known: IndexedModel[] = []
    for (const model of models) {
      const indexed = await withFacts(model)
      if (indexed !== undefined) known.push(indexed)
    }
    index.fill(stamp, known)
    return index
  }

  const withFacts = async (model: StoredModel): Promise<IndexedModel | undefined> => {
    if (model.facts?.version === factsVersion) return { ...model, facts: model.facts }
    const { digest } = model.manifest
    try {
      const manifest = parseManifest(await blobs.read(digest), digest)
      if (!isModelManifest(manifest)) return undefined
      const files = filesOf(manifest)
      const { describeFiles } = await describing()
      const { format, facts } = await describeFiles(files.map((f) => ({ ...f, path: blobs.path(f.digest) })))
      const { architecture, parameters, quantization, contextLength, license } = facts
      const listed = files.map(({ name, digest: blob, size }) => ({ name, digest: blob, size }))
      return {
        ...model,
        facts: {
          version: factsVersion,
          format,
          architecture,
          parameters,
          quantization,
          contextLength,
          license,
          files: listed,
        },
      }
    } catch (error) {
      log.warn(
        { digest, error: SanjhaError.from(error).message },
        'A model in the store cannot be read and is not listed',
      )
      return undefined
    }
  }

  const pathOf =
    (model: IndexedModel) =>
    (file: { readonly name: string; readonly digest: string }): string =>
      needsLinks(model.facts.files) && file.name.endsWith('.gguf')
        ? links.path(model.manifest.digest, file.name)
        : blobs.path(file.digest)

  const details = async (model: IndexedModel | undefined): Promise<ModelDetails | undefined> => {
    if (model === undefined) return undefined
    const { digest } = model.manifest
    if (needsLinks(model.facts.files)) await links.make(digest, model.facts.files)
    let header = sqlite().header(digest, factsVersion) as FullHeader | undefined
    if (header === undefined) {
      const manifest = parseManifest(await blobs.read(digest), digest)
      const located = filesOf(manifest).map((f) => ({ ...f, path: blobs.path(f.digest) }))
      const { describeFiles } = await describing()
      const { metadata, facts } = await describeFiles(located)
      const { template, embeddingLength, layers, contextBytesPerToken, contextNote, nonEmbeddingParameters } = facts
      header = {
        metadata,
        template,
        embeddingLength,
        layers,
        contextBytesPerToken,
        contextNote,
        nonEmbeddingParameters,
      }
      sqlite().putHeader(digest, factsVersion, header)
    }
    return toDetails(model, header, catalog, pathOf(model))
  }

  const locate = (index: ReturnType<typeof openSqliteIndex>, name: string): IndexedModel | undefined => {
    const named = index.byKey('name', name)
    if (named !== undefined) return named
    const prefix = /^(?:sha256:)?([0-9a-f]{8,64})$/.exec(name.toLowerCase())?.[1]
    if (prefix === undefined) return undefined
    const digests = index.digestsBeginningWith(`sha256:${prefix}`, 2)
    if (digests.length > 1) {
      throw new SanjhaError('conflict', `Several stored models have a digest that begins with ${prefix}.`, {
        hint: 'Give more digits.',
      })
    }
    return digests[0] === undefined ? undefined : index.byDigest(digests[0])
  }

  const required = async (name: string): Promise<IndexedModel> => {
    const model = locate(await current(), name)
    if (model === undefined) throw notStored(name)
    return model
  }

  const byDigest = async (digest: string): Promise<ModelDetails> => {
    const found = await details((await current()).byDigest(digest))
    if (found === undefined) throw notStored(digest)
    return found
  }

  const change = (
    digest: string,
    alter: (model: StoredModel, index: LayoutIndex) => LayoutIndex | Promise<LayoutIndex>,
  ): Promise<void> =>
    layout.update(async (index) => {
      const model = index.models.find((m) => m.manifest.digest === digest)
      if (model === undefined) throw notStored(digest)
      return { index: await alter(model, index), finish: () => undefined }
    })

  const stagingPath = (key: string): string =>
    join(staging, nodeCrypto().createHash('sha256').update(key).digest('hex').slice(0, 32))

  const writing = { blobs, layout, links, clock }
  return {
    root,
    stagingDirectory: async (key) => {
      const path = stagingPath(key)
      await mkdir(path, { recursive: true })
      // Who comes back is not gone, also when nothing can be fetched this time.
      const now = new Date(clock.now())
      await utimes(path, now, now)
      return path
    },
    discardStaging: (key) => rm(stagingPath(key), { recursive: true, force: true }),
    hasBlob: async (digest, size) => {
      const actual = await blobs.size(digest)
      return actual !== undefined && (size === undefined || size === actual)
    },
    blobPath: (digest) => blobs.path(digest),
    readBlob: (digest, limit) => blobs.read(digest, limit),
    commit: async (request) => byDigest(await (await commits()).commitFiles(request, writing)),
    commitManifest: async (request) => byDigest(await (await commits()).commitManifest(request, writing)),
    list: async () => (await current()).all().map((model) => toSummary(model, catalog)),
    find: async (name) => details(locate(await current(), name)),
    findByBlob: async (digest) => details((await current()).byKey('blob', digest)),
    findBySource: async (reference) => details((await current()).byKey('source', reference)),
    remove: async (name) => {
      const found = await required(name)
      const { digest } = found.manifest
      const [{ dependents }, { sweepAfter }] = await Promise.all([evidence(), garbage()])
      return layout.update(async (index) => {
        const model = index.models.find((m) => m.manifest.digest === digest)
        if (model === undefined) throw notStored(name)
        const left = model.names.includes(name) ? model.names.filter((n) => n !== name) : []
        if (left.length > 0) {
          const models = index.models.map((m) => (m === model ? { ...m, names: left } : m))
          return { index: { ...index, models }, finish: () => ({ removed: name, freedBytes: 0 }) }
        }
        const { taken, next } = without(model, index, dependents(index.referrers, digest))
        return {
          index: next,
          finish: async () => {
            const { freedBytes } = await sweepAfter(taken, next, blobs, links.directory)
            return { removed: name, freedBytes }
          },
        }
      })
    },
    removal: async (digest, names) => {
      const [{ dependents }, { freedAfter }] = await Promise.all([evidence(), garbage()])
      const index = await layout.read()
      const model = index.models.find((m) => m.manifest.digest === digest)
      if (model === undefined) throw notStored(digest)
      if (model.names.some((name) => !names.includes(name))) return { freedBytes: 0, ownBytes: 0 }
      const { taken, next } = without(model, index, dependents(index.referrers, digest))
      return freedAfter(taken, next, blobs, links.directory)
    },
    copy: async (source, target): Promise<ModelSummary> => {
      checkName(target)
      const { digest } = (await required(source)).manifest
      await change(digest, async (_, index) => {
        await refuseForeignName(index, target, digest, blobs)
        return moveName(index, target, digest)
      })
      return toSummary(await required(target), catalog)
    },
    addSource: (digest, reference, fetched) =>
      change(digest, (model, index) => ({
        ...index,
        models: index.models.map((m) =>
          m === model ? { ...m, sources: withSource(m.sources, reference, fetched) } : m,
        ),
      })),
    attach: async (request) => (await evidence()).attachReferrer(request, writing),
    attachManifest: async (request) => (await evidence()).attachManifest(request, writing),
    referrers: async (subject, artifactType) =>
      (await layout.read()).referrers
        .filter((r) => r.subject === subject)
        .map((r) => r.manifest)
        .filter((m) => artifactType === undefined || m.artifactType === artifactType),
    verify: async (name) => {
      const { verifyModel } = await import('./verify.ts')
      return (await verifyModel(await required(name), blobs)).map(({ stamp: _, ...damage }) => damage)
    },
    dropDamaged: async (name, { hash = false } = {}) => {
      const { compareSizes, dropBlobs, verifyModel } = await import('./verify.ts')
      const model = await required(name)
      const damage = await (hash ? verifyModel : compareSizes)(model, blobs)
      if (damage.length === 0) return []
      return layout.update(async (index) => {
        const dropped = await dropBlobs(damage, blobs)
        return { index, finish: () => dropped }
      })
    },
    pruneStaging: async (olderThanMs = abandonedMs) => {
      const { sweepHalfWritten, sweepStaging } = await garbage()
      const half = await sweepHalfWritten(blobs, olderThanMs, clock.now())
      const staged = await sweepStaging(staging, olderThanMs, clock.now())
      return { freedBytes: half.freedBytes + staged.freedBytes, removed: half.removed + staged.removed }
    },
    rebuild: async () => {
      await current(true)
    },
  }
}

/** The index without a model and the evidence about it, and what was taken from it. */
function without(
  model: StoredModel,
  index: LayoutIndex,
  evidenceAbout: ReadonlySet<string>,
): { readonly taken: Pick<LayoutIndex, 'models' | 'referrers'>; readonly next: LayoutIndex } {
  const isGone = (referrer: StoredReferrer): boolean => evidenceAbout.has(referrer.manifest.digest)
  return {
    taken: { models: [model], referrers: index.referrers.filter(isGone) },
    next: {
      ...index,
      models: index.models.filter((m) => m !== model),
      referrers: index.referrers.filter((r) => !isGone(r)),
    },
  }
}

function notStored(name: string): SanjhaError {
  return new SanjhaError('model_not_found', `No model called \`${name}\` is stored.`, {
    hint: '`sanjha list` shows what is stored, `sanjha pull` brings a model.',
  })
}
