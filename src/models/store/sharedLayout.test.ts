import { createHash } from 'node:crypto'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { digestOf } from '../digest.ts'
import { tinyGguf } from '../testing/makeGguf.ts'
import { stage, temporaryStore } from '../testing/stage.ts'
import type { ModelStore } from './contract.ts'

// skopeo, podman and oras read and write the same kind of layout. What they keep in ours is theirs.
const manifestType = 'application/vnd.oci.image.manifest.v1+json'
const indexType = 'application/vnd.oci.image.index.v1+json'
const nameKey = 'org.opencontainers.image.ref.name'

let store: ModelStore
let theirs: Entry[]
let theirBlobs: string[]

interface Entry {
  readonly mediaType: string
  readonly digest: string
  readonly size: number
  readonly [field: string]: unknown
}
interface IndexFile {
  readonly manifests: Entry[]
  readonly [field: string]: unknown
}
const readIndex = async (): Promise<IndexFile> => JSON.parse(await readFile(join(store.root, 'index.json'), 'utf8'))
const blobNames = (): Promise<string[]> => readdir(join(store.root, 'blobs', 'sha256'))

async function put(mediaType: string, content: unknown, algorithm = 'sha256'): Promise<Entry> {
  const bytes = Buffer.from(typeof content === 'string' ? content : JSON.stringify(content))
  const hex = createHash(algorithm).update(bytes).digest('hex')
  await mkdir(join(store.root, 'blobs', algorithm), { recursive: true })
  await writeFile(join(store.root, 'blobs', algorithm, hex), bytes)
  return { mediaType, digest: `${algorithm}:${hex}`, size: bytes.byteLength }
}

/** An image with a config and a layer of its own. */
async function image(text: string, algorithm?: string): Promise<Entry> {
  const config = await put('application/vnd.oci.image.config.v1+json', { os: 'linux', text })
  const layers = [await put('application/vnd.oci.image.layer.v1.tar', `layer of ${text}`)]
  return await put(manifestType, { schemaVersion: 2, mediaType: manifestType, config, layers }, algorithm)
}

async function commit(name: string, fill = 0) {
  return await store.commit({
    files: [await stage(store, name, 'x.gguf', tinyGguf(fill))],
    name,
    source: `file:///${name}.gguf`,
  })
}

beforeEach(async () => {
  store = await temporaryStore()
  const platform = { architecture: 'amd64', os: 'linux' }
  const nested = await put(indexType, { schemaVersion: 2, manifests: [await image('deeper')] })
  const list = await put(indexType, {
    schemaVersion: 2,
    mediaType: indexType,
    manifests: [{ ...(await image('one')), platform }, { ...(await image('two')), platform }, nested],
  })
  theirs = [
    { ...list, annotations: { [nameKey]: 'app:latest', 'org.example.by': 'somebody' } },
    { ...(await image('plain')), platform, annotations: { [nameKey]: 'image:v1', 'org.example.note': 'keep me' } },
    { ...(await image('other hash', 'sha512')), annotations: { [nameKey]: 'hashed:v1' } },
    { ...(await put('application/vnd.example.thing', 'anything at all')), data: 'YW55', artifactType: 'x/y' },
  ]
  const file = { schemaVersion: 2, annotations: { 'org.example.index': 'theirs' }, manifests: theirs }
  await writeFile(join(store.root, 'index.json'), JSON.stringify(file))
  await writeFile(join(store.root, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}')
  theirBlobs = await blobNames()
})

describe('a layout that other tools use as well', () => {
  it('keeps every entry, field and blob of theirs, whatever is stored, renamed, removed and swept', async () => {
    const unharmed = async (): Promise<void> => {
      const { manifests, annotations } = await readIndex()
      expect(annotations).toEqual({ 'org.example.index': 'theirs' })
      for (const entry of theirs) expect(manifests.find((m) => m.digest === entry.digest)).toEqual(entry)
      expect(await blobNames()).toEqual(expect.arrayContaining(theirBlobs))
    }
    const { digest } = await commit('tiny')
    await unharmed()
    await store.copy('tiny', 'other')
    await store.addSource(digest, 'hf://o/r/x.gguf', null)
    await unharmed()
    await store.remove('tiny')
    await store.remove('other')
    await unharmed()
    await store.pruneStaging(0)
    await unharmed()
    expect((await blobNames()).toSorted()).toEqual(theirBlobs.toSorted())
    expect(await store.list()).toEqual([])
  })

  it('keeps what they have written beside a model’s names', async () => {
    await commit('tiny')
    await store.copy('tiny', 'alias')
    const index = await readIndex()
    for (const entry of index.manifests) {
      const notes = entry['annotations'] as Record<string, string> | undefined
      if (notes?.[nameKey] === 'tiny') notes['org.example.signed'] = 'yes'
      if (notes?.[nameKey] === 'alias') notes['org.example.alias'] = 'also'
    }
    await writeFile(join(store.root, 'index.json'), JSON.stringify(index))
    await commit('another', 1)
    await commit('tiny')
    const notesOf = async (name: string) =>
      (await readIndex()).manifests
        .map((m) => m['annotations'] as Record<string, string>)
        .find((a) => a?.[nameKey] === name)
    expect(await notesOf('tiny')).toMatchObject({ 'org.example.signed': 'yes' })
    expect(await notesOf('alias')).toEqual({ [nameKey]: 'alias', 'org.example.alias': 'also' })
  })

  it.each(['app:latest', 'image:v1', 'hashed:v1'])('does not take the name %s from them', async (name) => {
    const before = await readIndex()
    await expect(commit(name)).rejects.toMatchObject({ code: 'conflict' })
    expect(await readIndex()).toEqual(before)
    expect(await blobNames()).toEqual(theirBlobs)
    await commit('tiny')
    await expect(store.copy('tiny', name)).rejects.toMatchObject({ code: 'conflict' })
  })

  it('leaves a blob that they have written and not yet named, and files that are called in another way', async () => {
    const { digest } = await put('text/plain', 'about to be named')
    await writeFile(join(store.root, 'blobs', 'sha256', 'ingest-42'), 'half')
    await commit('tiny')
    await store.remove('tiny')
    await store.pruneStaging(0)
    expect(await blobNames()).toEqual(expect.arrayContaining([digest.slice(7), 'ingest-42']))
    expect(digest).toBe(digestOf('about to be named'))
  })
})
