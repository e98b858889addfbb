import { readFile, stat } from 'node:fs/promises'
import { type Clock, isNodeError, SanjhaError } from '../../core/index.ts'
import type { Descriptor } from '../contract.ts'
import { digestOf, isDigest } from '../digest.ts'
import { type Blobs, flush } from './blobs.ts'
import type { CommitManifestRequest, CommitRequest, StagedFile } from './contract.ts'
import { type Description, describeFiles } from './describe.ts'
import { factsVersion, type Layout, type LayoutIndex, type StoredFacts, type StoredModel } from './layout.ts'
import { type Links, needsLinks } from './links.ts'
import {
  buildManifest,
  filesOf,
  isModelManifest,
  type ManifestFile,
  normaliseNames,
  parseManifest,
} from './manifest.ts'
import { annotationKeys, mediaTypes } from './mediaTypes.ts'
import { checkName, moveName, refuseForeignName, withSource } from './names.ts'
import { attachReferrer } from './referrers.ts'

export interface Writing {
  readonly blobs: Blobs
  readonly layout: Layout
  readonly links: Links
  readonly clock: Clock
}

/**
 * Makes a model of staged files; returns its manifest's digest. Licence texts and other documents do not make the model,
 * so they become evidence about it: the same weights from a source that brings none have the same digest.
 */
export async function commitFiles(request: CommitRequest, writing: Writing): Promise<string> {
  const names = [request.name, ...(request.aliases ?? [])]
  names.forEach(checkName)
  for (const file of request.files) await checkStaged(file)
  const documents = request.files.filter((f) => f.role === 'license' || f.role === 'doc')
  const files = request.files.filter((f) => !documents.includes(f))
  const description = await describeFiles(files)
  const { manifest, config } = buildManifest(files, description.format, description.facts)
  const listed = normaliseNames(files, description.format)
  const digest = await write(
    {
      manifest,
      config,
      staged: files,
      files: listed,
      description,
      names,
      sources: [request.source, ...(request.otherSources ?? [])],
    },
    writing,
  )
  if (documents.length > 0) await attachDocuments(digest, documents, writing)
  return digest
}

/** Takes over a manifest from elsewhere, byte for byte; returns its digest. */
export async function commitManifest(request: CommitManifestRequest, writing: Writing): Promise<string> {
  const { blobs } = writing
  const names = [request.name, ...(request.aliases ?? [])]
  names.forEach(checkName)
  const digest = digestOf(request.manifest)
  const manifest = parseManifest(request.manifest, digest)
  if (!isModelManifest(manifest)) {
    throw new SanjhaError('unsupported', `${request.source} is no model in the ModelPack format.`, {
      hint: 'An image or another kind of artifact is there. Name a model that `sanjha push` or another ModelPack tool has put there.',
    })
  }
  const files = filesOf(manifest)
  // They become names of links, and people see them.
  for (const { name } of files) {
    if (!isFileName(name)) {
      throw new SanjhaError(
        'invalid_file',
        `The manifest ${digest} holds a file whose name is none: ${JSON.stringify(name)}.`,
      )
    }
  }
  const staged = new Map(request.files.map((f) => [f.digest, f]))
  const located = []
  for (const { digest: blob, size } of [manifest.config, ...manifest.layers]) {
    const file = staged.get(blob) ?? { path: blobs.path(blob), digest: blob, size }
    await checkStaged({ ...file, size, name: blob })
    located.push(file)
  }
  const pathOf = (blob: string): string => staged.get(blob)?.path ?? blobs.path(blob)
  const description = await describeFiles(files.map((f) => ({ ...f, path: pathOf(f.digest) })))
  return write(
    { manifest: request.manifest, config: null, staged: located, files, description, names, sources: [request.source] },
    writing,
  )
}

interface Write {
  readonly manifest: Uint8Array
  /** Null when it is among the staged files. */
  readonly config: Uint8Array | null
  readonly staged: readonly { readonly path: string; readonly digest: string; readonly size: number }[]
  readonly files: readonly ManifestFile[]
  readonly description: Description
  readonly names: readonly string[]
  /** The first was fetched now, the others are only known. */
  readonly sources: readonly string[]
}

async function write(it: Write, { blobs, layout, links, clock }: Writing): Promise<string> {
  // Flushing gigabytes takes a while, and needs no lock.
  for (const file of it.staged) await flush(file.path)
  const now = new Date(clock.now()).toISOString()
  const facts = toFacts(it.description, it.files)
  return layout.update(async (index) => {
    for (const name of it.names) await refuseForeignName(index, name, digestOf(it.manifest), blobs)
    for (const file of it.staged) await blobs.place(file.path, file.digest, file.size)
    if (it.config !== null) await blobs.write(it.config)
    const digest = await blobs.write(it.manifest)
    if (needsLinks(facts.files)) await links.make(digest, facts.files)
    const manifest: Descriptor = {
      mediaType: mediaTypes.manifest,
      digest,
      size: it.manifest.byteLength,
      artifactType: mediaTypes.model,
    }
    const known = index.models.find((m) => m.manifest.digest === digest)
    const model: StoredModel = {
      ...known,
      manifest: { ...known?.manifest, ...manifest },
      names: known?.names ?? [],
      stored: known?.stored ?? now,
      sources: it.sources.reduce(
        (sources, reference, i) => withSource(sources, reference, i === 0 ? now : null),
        known?.sources ?? [],
      ),
      facts,
    }
    const models = known === undefined ? [...index.models, model] : index.models.map((m) => (m === known ? model : m))
    const named = it.names.reduce<LayoutIndex>((next, name) => moveName(next, name, digest), { ...index, models })
    return { index: named, finish: () => digest }
  })
}

function toFacts({ format, facts }: Description, files: readonly ManifestFile[]): StoredFacts {
  const { architecture, parameters, quantization, contextLength, license } = facts
  return {
    version: factsVersion,
    format,
    architecture,
    parameters,
    quantization,
    contextLength,
    license,
    files: files.map(({ name, digest, size }) => ({ name, digest, size })),
  }
}

const maxDocumentBytes = 16 * 1024 * 1024

async function attachDocuments(subject: string, files: readonly StagedFile[], writing: Writing): Promise<void> {
  const layers = []
  for (const file of files.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    if (file.size > maxDocumentBytes) {
      throw new SanjhaError(
        'invalid_file',
        `The document ${file.name} is larger than ${maxDocumentBytes / 1048576} MiB.`,
      )
    }
    layers.push({
      mediaType: mediaTypes.doc,
      content: await readFile(file.path),
      annotations: { [annotationKeys.title]: file.name, [annotationKeys.file]: file.name },
    })
  }
  await attachReferrer({ subject, artifactType: mediaTypes.documents, layers }, writing)
}

/** A name in one folder, on any system, which does nothing to the terminal that shows it. */
function isFileName(name: string): boolean {
  return name !== '' && name !== '.' && name !== '..' && !/[/\\\p{Cc}]/u.test(name)
}

async function checkStaged(file: Pick<StagedFile, 'path' | 'name' | 'digest' | 'size'>): Promise<void> {
  if (!isDigest(file.digest)) throw new SanjhaError('invalid_request', `\`${file.digest}\` is not a SHA-256 digest.`)
  if (!isFileName(file.name)) {
    throw new SanjhaError('invalid_request', `\`${file.name}\` is not a file name.`)
  }
  const size = await stat(file.path).then(
    (s) => s.size,
    (error: unknown) => {
      if (isNodeError(error) && error.code === 'ENOENT') return undefined
      throw error
    },
  )
  if (size === undefined) {
    throw new SanjhaError('conflict', `The file ${file.name} is no longer there.`, {
      retryable: true,
      hint: 'Try again.',
    })
  }
  if (size !== file.size) {
    throw new SanjhaError('invalid_file', `The file ${file.name} has ${size} bytes instead of ${file.size}.`)
  }
}
