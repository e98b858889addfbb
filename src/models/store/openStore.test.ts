import { appendFile, mkdtemp, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { openDatabase } from '../../core/index.ts'
import { digestOf } from '../digest.ts'
import { makeGguf, type TestValue, tinyGguf, tinyMetadata, tinyTensors } from '../testing/makeGguf.ts'
import { stage, temporaryStore } from '../testing/stage.ts'
import type { ModelStore } from './contract.ts'
import { modelsMigrations, openStore } from './index.ts'

let store: ModelStore
beforeEach(async () => {
  store = await temporaryStore()
})

const commit = async (name: string, content: Uint8Array = tinyGguf(), source = `file:///${name}.gguf`) =>
  store.commit({ files: [await stage(store, name, `${name}.gguf`, content)], name, source })
const blobs = (): Promise<string[]> => readdir(join(store.root, 'blobs', 'sha256'))
const json = async (...path: string[]): Promise<unknown> =>
  JSON.parse(await readFile(join(store.root, ...path), 'utf8'))

describe('commit', () => {
  it('tells what the header says', async () => {
    expect(await commit('tiny')).toMatchObject({
      name: 'tiny',
      format: 'gguf',
      architecture: 'llama',
      parameters: 64 * 10 + 64 + 64 * 3,
      nonEmbeddingParameters: 64 + 64 * 3,
      quantization: 'F32',
      contextLength: 2048,
      embeddingLength: 64,
      layers: 2,
      // 2 layers × 2 heads × (16 + 16) × 2 bytes
      contextBytesPerToken: 256,
      license: 'Apache-2.0',
      licenseSource: 'the file’s header',
      catalog: null,
      template: '{% for m in messages %}{{ m.content }}{% endfor %}',
      metadata: { 'tokenizer.ggml.tokens': { array: 'string', length: 2000 } },
    })
  })

  it('makes an OCI image layout that holds a ModelPack manifest', async () => {
    const model = await commit('tiny')
    expect(await json('oci-layout')).toEqual({ imageLayoutVersion: '1.0.0' })
    const index = (await json('index.json')) as { manifests: { digest: string; annotations: Record<string, string> }[] }
    expect(index).toMatchObject({
      schemaVersion: 2,
      manifests: [{ digest: model.digest, annotations: { 'org.opencontainers.image.ref.name': 'tiny' } }],
    })
    const manifest = JSON.parse(Buffer.from(await store.readBlob(model.digest)).toString())
    expect(manifest).toMatchObject({
      artifactType: 'application/vnd.cncf.model.manifest.v1+json',
      config: { mediaType: 'application/vnd.cncf.model.config.v1+json' },
      layers: [
        {
          mediaType: 'application/vnd.cncf.model.weight.v1.raw',
          digest: digestOf(tinyGguf()),
          annotations: { 'org.cncf.model.filepath': 'model.gguf' },
        },
      ],
    })
    const config = JSON.parse(Buffer.from(await store.readBlob(manifest.config.digest)).toString())
    expect(config.modelfs).toEqual({ type: 'layers', diffIds: [digestOf(tinyGguf())] })
  })

  it('gives the same digest whatever the source, the name and the time', async () => {
    const a = await commit('a', tinyGguf(), 'hf://o/r/a.gguf')
    const b = await commit('b', tinyGguf(), 'pypi://p/b.gguf')
    expect(b.digest).toBe(a.digest)
    expect(b).toMatchObject({ name: 'a', aliases: ['b'] })
    expect(b.sources.map((s) => s.reference)).toEqual(['hf://o/r/a.gguf', 'pypi://p/b.gguf'])
    expect(await blobs()).toHaveLength(3)
    // Held fast: a change here would change the digest of every model that anybody has.
    expect(a.digest).toBe('sha256:cb355cb92ab8d21326c8f7826e0a409dfe54f1b87dd483197930a979b49f8920')
  })

  it('keeps licence texts as evidence, so that they do not change the digest', async () => {
    const { digest } = await commit('plain')
    const files = [
      await stage(store, 'k', 'x.gguf', tinyGguf()),
      await stage(store, 'k', 'LICENSE', 'Do as you please.', 'license'),
    ]
    const model = await store.commit({ files, name: 'licensed', source: 'pypi://p/x.gguf' })
    expect(model.digest).toBe(digest)
    const [documents, ...more] = await store.referrers(digest)
    expect(more).toEqual([])
    const manifest = JSON.parse(Buffer.from(await store.readBlob(documents?.digest ?? '')).toString())
    expect(manifest.subject.digest).toBe(digest)
    expect(manifest.layers[0].annotations['org.cncf.model.filepath']).toBe('LICENSE')
    expect(Buffer.from(await store.readBlob(manifest.layers[0].digest)).toString()).toBe('Do as you please.')
  })

  it.each([
    ['is no model', new TextEncoder().encode('hello, this is no model at all')],
    ['is cut off', tinyGguf().subarray(0, tinyGguf().length - 40)],
    ['is empty', new Uint8Array()],
    ['names no architecture', makeGguf({ tensors: tinyTensors })],
    ['holds no weights', makeGguf({ metadata: tinyMetadata })],
  ])('refuses a file that %s, and changes nothing', async (_, content) => {
    await commit('good')
    const before = await readFile(join(store.root, 'index.json'), 'utf8')
    const names = await blobs()
    await expect(commit('bad', content)).rejects.toMatchObject({ code: 'invalid_file' })
    expect(await readFile(join(store.root, 'index.json'), 'utf8')).toBe(before)
    expect(await blobs()).toEqual(names)
  })

  it('says aloud that a file is of the wrong byte order', async () => {
    const big = makeGguf({ metadata: tinyMetadata, tensors: tinyTensors, bigEndian: true })
    await expect(commit('big', big)).rejects.toMatchObject({
      code: 'unsupported',
      message: expect.stringContaining('big-endian'),
    })
  })

  it('refuses a file whose size is not what was downloaded', async () => {
    const file = await stage(store, 'k', 'x.gguf', tinyGguf())
    // Bytes after the last tensor are no fault of the format, so only the size tells.
    await appendFile(file.path, 'more')
    await expect(store.commit({ files: [file], name: 'x', source: 'file:///x' })).rejects.toMatchObject({
      code: 'invalid_file',
      message: expect.stringContaining(`${tinyGguf().length + 4} bytes instead of ${tinyGguf().length}`),
    })
  })

  it.each(['..', 'a/..', 'a\\b.gguf', 'x\u001b[2J.gguf', 'folder/'])(
    'refuses a manifest from elsewhere that calls a file %j',
    async (name) => {
      const { digest } = await commit('tiny')
      const manifest = JSON.parse(Buffer.from(await store.readBlob(digest)).toString())
      manifest.layers[0].annotations['org.cncf.model.filepath'] = name
      const evil = {
        manifest: Buffer.from(JSON.stringify(manifest)),
        files: [],
        name: 'evil',
        source: 'oci://h.example/r',
      }
      await expect(store.commitManifest(evil)).rejects.toMatchObject({ code: 'invalid_file' })
      expect(await store.list()).toHaveLength(1)
    },
  )

  it('refuses names that are paths or digests', async () => {
    const file = await stage(store, 'k', 'x.gguf', tinyGguf())
    for (const name of ['', 'a b', '../x', 'sha256:0123456789abcdef', 'deadbeef99'])
      await expect(store.commit({ files: [file], name, source: 'file:///x' })).rejects.toMatchObject({
        code: 'invalid_reference',
      })
    await expect(
      store.commit({ files: [{ ...file, name: '../x.gguf' }], name: 'x', source: 'file:///x' }),
    ).rejects.toMatchObject({ code: 'invalid_request' })
  })

  it('puts the parts of a split model where llama.cpp finds them', async () => {
    const part = (no: number): Uint8Array => {
      const split: Record<string, TestValue> = {
        'split.no': { type: 'u32', value: no },
        'split.count': { type: 'u32', value: 2 },
        'split.tensors.count': { type: 'i32', value: 3 },
      }
      return no === 0
        ? makeGguf({ metadata: { ...tinyMetadata, ...split }, tensors: tinyTensors.slice(0, 2) })
        : makeGguf({ metadata: split, tensors: tinyTensors.slice(2) })
    }
    const files = [
      await stage(store, 'k', 'big-Q4-00002-of-00002.gguf', part(1)),
      await stage(store, 'k', 'big-Q4-00001-of-00002.gguf', part(0)),
    ]
    const model = await store.commit({ files, name: 'split', source: 'hf://o/r/big-Q4-00001-of-00002.gguf' })
    expect(model.parameters).toBe(64 * 10 + 64 + 64 * 3)
    expect(model.files.map((f) => f.path.split('/').at(-1))).toEqual([
      'model-00001-of-00002.gguf',
      'model-00002-of-00002.gguf',
    ])
    for (const file of model.files) expect(digestOf(await readFile(file.path))).toBe(file.digest)
    // A damaged part that is fetched again is replaced there too.
    const [first] = model.files
    const damaged = await readFile(first?.path ?? '')
    damaged[damaged.length - 1] = 7
    await writeFile(first?.path ?? '', damaged)
    const again = await stage(store, 'k', 'big-Q4-00001-of-00002.gguf', part(0))
    const other = await stage(store, 'k', 'big-Q4-00002-of-00002.gguf', part(1))
    await store.commit({ files: [again, other], name: 'split', source: 'hf://o/r/big-Q4-00001-of-00002.gguf' })
    for (const file of model.files) expect(digestOf(await readFile(file.path))).toBe(file.digest)
    await store.remove('split')
    await expect(stat(model.files[0]?.path ?? '')).rejects.toMatchObject({ code: 'ENOENT' })
  })

  it('refuses a split model of which a part is missing', async () => {
    const split: Record<string, TestValue> = {
      'split.no': { type: 'u32', value: 0 },
      'split.count': { type: 'u32', value: 2 },
    }
    const content = makeGguf({ metadata: { ...tinyMetadata, ...split }, tensors: tinyTensors })
    await expect(commit('half', content)).rejects.toMatchObject({
      code: 'invalid_file',
      message: expect.stringContaining('one of 2 parts'),
    })
  })
})

describe('names', () => {
  it('finds by name, alias and a unique prefix of the digest', async () => {
    const { digest } = await commit('tiny')
    await store.copy('tiny', 'mine:v1')
    for (const name of ['tiny', 'mine:v1', digest, digest.slice(7, 15), digest.slice(0, 20).toUpperCase()])
      expect((await store.find(name))?.digest, name).toBe(digest)
    for (const name of ['tin', digest.slice(7, 14), 'sha256:0000000000']) expect(await store.find(name)).toBeUndefined()
  })

  it('moves a name to the model that takes it, and loses nobody', async () => {
    const old = await commit('a', tinyGguf(1))
    const young = await commit('a', tinyGguf(2))
    expect(young.name).toBe('a')
    const names = (await store.list()).map((m) => m.name)
    expect(names.toSorted()).toEqual(['a', old.digest.slice(0, 19)])
    await store.remove(old.digest)
    expect((await store.list()).map((m) => m.digest)).toEqual([young.digest])
  })

  it('removes a name first, and the bytes with the last one, except those that another model has', async () => {
    const config = '{"model_type":"x"}'
    const commitWith = async (name: string, fill: number) =>
      store.commit({
        files: [
          await stage(store, name, 'm.gguf', tinyGguf(fill)),
          await stage(store, name, 'config.json', config, 'config'),
        ],
        name,
        source: `file:///${name}`,
      })
    const a = await commitWith('a', 1)
    await commitWith('b', 2)
    await store.copy('a', 'c')
    expect(await store.removal(a.digest, ['a'])).toEqual({ freedBytes: 0, ownBytes: 0 })
    expect(await store.remove('a')).toEqual({ removed: 'a', freedBytes: 0 })
    expect((await store.find('c'))?.digest).toBe(a.digest)
    const foretold = await store.removal(a.digest, ['c'])
    // The small file stays for the other model.
    expect(foretold.ownBytes).toBe(tinyGguf(1).length)
    const { freedBytes } = await store.remove('c')
    expect(freedBytes).toBe(foretold.freedBytes)
    expect(freedBytes).toBeGreaterThanOrEqual(tinyGguf().length)
    expect(await store.hasBlob(digestOf(tinyGguf(1)))).toBe(false)
    expect(await store.hasBlob(digestOf(new TextEncoder().encode(config)))).toBe(true)
    expect(await store.verify('b')).toEqual([])
    await expect(store.remove('a')).rejects.toMatchObject({ code: 'model_not_found' })
  })

  it('remembers when a source was fetched, and which are only known', async () => {
    const { digest } = await commit('tiny')
    await store.addSource(digest, 'hf://o/r/tiny.gguf', null)
    const model = await store.find('tiny')
    expect(model?.sources).toEqual([
      { reference: 'file:///tiny.gguf', fetched: expect.stringMatching(/^\d{4}-/) },
      { reference: 'hf://o/r/tiny.gguf', fetched: null },
    ])
    expect((await store.findBySource('hf://o/r/tiny.gguf'))?.digest).toBe(digest)
    expect((await store.findByBlob(digestOf(tinyGguf())))?.digest).toBe(digest)
  })
})

describe('evidence', () => {
  const evidence = (subject: string, text: string) => ({
    subject,
    artifactType: 'application/vnd.example.report.v1',
    layers: [{ mediaType: 'text/plain', content: new TextEncoder().encode(text) }],
  })

  it('is attached once, listed by kind, and goes with what it is about', async () => {
    const { digest } = await commit('tiny')
    const first = await store.attach(evidence(digest, 'one'))
    await store.attach(evidence(digest, 'one'))
    const second = await store.attach({ ...evidence(first.digest, 'about the evidence'), artifactType: 'text/x-y' })
    expect((await store.referrers(digest)).map((d) => d.digest)).toEqual([first.digest])
    expect(await store.referrers(digest, 'no/such')).toEqual([])
    expect((await store.referrers(first.digest)).map((d) => d.digest)).toEqual([second.digest])
    await store.remove('tiny')
    expect(await store.referrers(digest)).toEqual([])
    expect(await blobs()).toEqual([])
  })

  it('keeps its parts when another model is removed', async () => {
    const { digest } = await commit('tiny')
    const report = await store.attach(evidence(digest, 'still here'))
    await commit('other', tinyGguf(5))
    await store.remove('other')
    const manifest = JSON.parse(Buffer.from(await store.readBlob(report.digest)).toString())
    expect(Buffer.from(await store.readBlob(manifest.layers[0].digest)).toString()).toBe('still here')
    expect(await store.hasBlob(manifest.config.digest)).toBe(true)
  })

  it('is refused about something that is not there', async () => {
    await expect(store.attach(evidence(`sha256:${'0'.repeat(64)}`, 'x'))).rejects.toMatchObject({ code: 'not_found' })
  })
})

describe('the database', () => {
  it('is made anew from the layout alone, and when another process changed the layout', async () => {
    await commit('tiny')
    await store.copy('tiny', 'alias')
    const other = await temporaryStore(store.root)
    expect(await other.list()).toEqual(await store.list())
    expect(await other.find('alias')).toEqual(await store.find('alias'))
    await other.remove('tiny')
    expect((await store.find('alias'))?.name).toBe('alias')
    expect(await store.find('tiny')).toBeUndefined()
  })

  it('is made anew when its file is gone', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'sanjha-db-'))
    const open = (file: string): ModelStore => {
      const database = openDatabase(join(directory, file), modelsMigrations)
      return openStore({ root: store.root, database: () => database })
    }
    await commit('tiny')
    expect(await open('one.db').list()).toEqual(await open('two.db').list())
  })

  it('reads a model that another tool put into the layout', async () => {
    const { digest } = await commit('tiny')
    const index = (await json('index.json')) as { manifests: { annotations: Record<string, string> }[] }
    for (const entry of index.manifests) entry.annotations = { 'org.opencontainers.image.ref.name': 'theirs' }
    await writeFile(join(store.root, 'index.json'), JSON.stringify(index))
    expect(await store.list()).toMatchObject([{ name: 'theirs', digest, parameters: 896, license: 'Apache-2.0' }])
  })

  it('says so when the index is damaged', async () => {
    await commit('tiny')
    await writeFile(join(store.root, 'index.json'), '{"manifests":')
    await expect(store.list()).rejects.toMatchObject({ code: 'invalid_file' })
  })

  it('lists nothing, and makes nothing, where no store is', async () => {
    const empty = await temporaryStore()
    expect(await empty.list()).toEqual([])
    expect(await readdir(empty.root)).toEqual([])
  })
})
