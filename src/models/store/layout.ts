import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { isNodeError, SanjhaError, withFileLock, writeFileAtomic } from '../../core/index.ts'
import type { Descriptor, ModelFormat, ModelSource } from '../contract.ts'
import { isDescriptor } from './descriptor.ts'
import { annotationKeys, mediaTypes } from './mediaTypes.ts'

/** Counts up when the reading of headers changes what it says, so that what was stored before is read anew. */
export const factsVersion = 1

/** What a model's headers say, kept in the index beside the name, so that the database can be rebuilt without reading them. */
export interface StoredFacts {
  /** `factsVersion` of the Sanjha that read them. */
  readonly version: number
  readonly format: ModelFormat
  readonly architecture: string | null
  readonly parameters: number | null
  readonly quantization: string | null
  readonly contextLength: number | null
  readonly license: string | null
  /** Weights first, in order. */
  readonly files: readonly { readonly name: string; readonly digest: string; readonly size: number }[]
}

/** A model in the index: one manifest under its names. */
export interface StoredModel {
  readonly manifest: Descriptor
  /** The first is the name, the others are aliases. Empty when another model took the only name. */
  readonly names: readonly string[]
  /** ISO 8601. */
  readonly stored: string
  readonly sources: readonly ModelSource[]
  /** Null for a manifest that another tool put here. */
  readonly facts: StoredFacts | null
  /** What other tools have written beside each name (the empty one for none). Absent: nothing. */
  readonly annotations?: Readonly<Record<string, Readonly<Record<string, string>>>>
}

export interface StoredReferrer {
  readonly manifest: Descriptor
  readonly subject: string
}

/** An entry that is no manifest of ours: an index within the index, or whatever else another tool keeps here. */
export interface OtherEntry {
  readonly digest: string
  readonly annotations?: Readonly<Record<string, unknown>>
}

/** `index.json`, read. Other tools may use the layout too: what is theirs is written back as it was. */
export interface LayoutIndex {
  /** All manifests that are not evidence of ours, also those that are no models. */
  readonly models: readonly StoredModel[]
  readonly referrers: readonly StoredReferrer[]
  readonly others: readonly OtherEntry[]
  /** The fields of the file besides its entries. */
  readonly fields: Readonly<Record<string, unknown>>
}

export const emptyIndex: LayoutIndex = { models: [], referrers: [], others: [], fields: {} }

export interface IndexChange<T> {
  readonly index: LayoutIndex
  readonly finish: () => Promise<T> | T
}

/** The index file of a layout. Everything that has no digest (names, sources, times) lives in its annotations. */
export interface Layout {
  readonly root: string
  /** Changes whenever the index changes; `empty` when there is none. */
  stamp(): Promise<string>
  read(): Promise<LayoutIndex>
  /**
   * Under the lock that all processes respect: reads, lets `change` compute the new index, replaces the file, and lets
   * `finish` clean up before the lock is given back. An unchanged index (the same object) is not written.
   */
  update<T>(change: (index: LayoutIndex) => Promise<IndexChange<T>>): Promise<T>
}

export function openLayout(root: string): Layout {
  const indexPath = join(root, 'index.json')
  const read = async (): Promise<LayoutIndex> => {
    let text: string
    try {
      text = await readFile(indexPath, 'utf8')
    } catch (error) {
      if (isNodeError(error) && error.code === 'ENOENT') return emptyIndex
      throw error
    }
    return parseIndex(text, indexPath)
  }
  return {
    root,
    read,
    stamp: async () => {
      try {
        const { ino, size, mtimeNs, ctimeNs } = await stat(indexPath, { bigint: true })
        return `${ino}:${size}:${mtimeNs}:${ctimeNs}`
      } catch (error) {
        if (isNodeError(error) && error.code === 'ENOENT') return 'empty'
        throw error
      }
    },
    update: (change) =>
      withFileLock(join(root, 'index.lock'), async () => {
        const before = await read()
        const { index, finish } = await change(before)
        if (index !== before) {
          await ensureVersion(root)
          await writeFileAtomic(indexPath, formatIndex(index))
        }
        return finish()
      }),
  }
}

async function ensureVersion(root: string): Promise<void> {
  const path = join(root, 'oci-layout')
  try {
    const { imageLayoutVersion } = JSON.parse(await readFile(path, 'utf8')) as { imageLayoutVersion?: unknown }
    if (typeof imageLayoutVersion === 'string' && imageLayoutVersion.startsWith('1.')) return
    throw new SanjhaError(
      'invalid_file',
      `The store ${root} has a layout of version ${JSON.stringify(imageLayoutVersion)}.`,
    )
  } catch (error) {
    if (!isNodeError(error) || error.code !== 'ENOENT') throw error
  }
  await writeFileAtomic(path, '{"imageLayoutVersion":"1.0.0"}')
}

function parseIndex(text: string, path: string): LayoutIndex {
  let file: { manifests?: unknown }
  try {
    file = JSON.parse(text)
  } catch (cause) {
    throw damaged(path, cause)
  }
  const { manifests: entries, ...fields } = file ?? {}
  if (!Array.isArray(entries) || !entries.every(isEntry)) throw damaged(path)
  const models = new Map<string, StoredModel>()
  const referrers: StoredReferrer[] = []
  const others: OtherEntry[] = []
  for (const entry of entries) {
    if (!isDescriptor(entry) || entry.mediaType !== mediaTypes.manifest) {
      others.push(entry)
      continue
    }
    const { annotations = {}, ...manifest } = entry
    const subject = annotations[annotationKeys.subject]
    if (subject !== undefined) {
      const { [annotationKeys.subject]: _, ...own } = annotations
      referrers.push({ manifest: Object.keys(own).length > 0 ? { ...manifest, annotations: own } : manifest, subject })
      continue
    }
    const known = models.get(manifest.digest)
    const name = annotations[annotationKeys.name]
    const theirs = Object.entries(annotations).filter(([key]) => !ours.has(key))
    const foreign =
      theirs.length === 0 ? known?.annotations : { ...known?.annotations, [name ?? '']: Object.fromEntries(theirs) }
    models.set(manifest.digest, {
      manifest,
      names: [...(known?.names ?? []), ...(name === undefined ? [] : [name])],
      stored: annotations[annotationKeys.stored] ?? known?.stored ?? new Date(0).toISOString(),
      sources: parseJson<ModelSource[]>(annotations[annotationKeys.sources]) ?? known?.sources ?? [],
      facts: parseJson<StoredFacts>(annotations[annotationKeys.facts]) ?? known?.facts ?? null,
      ...(foreign !== undefined && { annotations: foreign }),
    })
  }
  return { models: [...models.values()], referrers, others, fields }
}

const ours: ReadonlySet<string> = new Set([
  annotationKeys.name,
  annotationKeys.stored,
  annotationKeys.sources,
  annotationKeys.facts,
])

function formatIndex({ models, referrers, others, fields }: LayoutIndex): string {
  const manifests: object[] = []
  for (const { manifest, names, stored, sources, facts, annotations } of models) {
    // An entry of another tool stays as it is, until somebody has given the store something to say about it.
    const untouched = facts === null && sources.length === 0
    const about = untouched
      ? {}
      : {
          [annotationKeys.stored]: stored,
          [annotationKeys.sources]: JSON.stringify(sources),
          ...(facts !== null && { [annotationKeys.facts]: JSON.stringify(facts) }),
        }
    const [first, ...aliases] = names
    const foreign = annotations?.[first ?? ''] ?? (first === undefined && Object.values(annotations ?? {})[0])
    const named = first === undefined ? about : { [annotationKeys.name]: first, ...about }
    const all = { ...foreign, ...named }
    manifests.push(Object.keys(all).length === 0 ? manifest : { ...manifest, annotations: all })
    for (const alias of aliases) {
      manifests.push({ ...manifest, annotations: { ...annotations?.[alias], [annotationKeys.name]: alias } })
    }
  }
  for (const { manifest, subject } of referrers) {
    manifests.push({ ...manifest, annotations: { ...manifest.annotations, [annotationKeys.subject]: subject } })
  }
  manifests.push(...others)
  const head = JSON.stringify({ ...fields, schemaVersion: 2, mediaType: mediaTypes.index })
  // One line a manifest: a person can read it, and a line is what changes.
  const lines = manifests.map((m) => `  ${JSON.stringify(m)}`).join(',\n')
  return `${head.slice(0, -1)},"manifests":[\n${lines}\n]}\n`
}

function isEntry(value: unknown): value is OtherEntry {
  const it = value as { digest?: unknown; annotations?: unknown } | null
  return (
    typeof it === 'object' &&
    it !== null &&
    typeof it.digest === 'string' &&
    (it.annotations === undefined || (typeof it.annotations === 'object' && it.annotations !== null))
  )
}

function parseJson<T>(text: string | undefined): T | undefined {
  if (text === undefined) return undefined
  try {
    return JSON.parse(text) as T
  } catch {
    return undefined
  }
}

function damaged(path: string, cause?: unknown): SanjhaError {
  return new SanjhaError('invalid_file', `The store's index ${path} is damaged.`, {
    cause,
    hint: 'Move the file away and pull the models again; what is stored already is not fetched twice.',
  })
}
