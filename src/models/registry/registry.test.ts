import { mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startCuttingProxy } from '../../../test/support/cuttingProxy.ts'
import { dockerRegistryPath, type RunningRegistry, startDockerRegistry } from '../../../test/support/dockerRegistry.ts'
import { startTokenServer } from '../../../test/support/tokenServer.ts'
import { defaultConfig, openDatabase, SanjhaError, silentLogger, systemClock } from '../../core/index.ts'
import { createModels, type ModelsRoom } from '../createModels.ts'
import { digestOf } from '../digest.ts'
import { parseReference, type RegistryReference } from '../reference.ts'
import { type ModelStore, modelsMigrations } from '../store/index.ts'
import { makeGguf, tinyMetadata } from '../testing/makeGguf.ts'
import { stage, temporaryStore } from '../testing/stage.ts'
import { openRegistry, pullFromRegistry, pushToRegistry, RegistryClient, type RegistryContext } from './index.ts'
import { createSendRequest } from './sendRequest.ts'
import { uploadBlob } from './uploadBlob.ts'

const program = await dockerRegistryPath()
/** 1.2 MB: large enough to be sent in pieces. */
const weights = makeGguf({
  metadata: tinyMetadata,
  tensors: [{ name: 'token_embd.weight', shape: [1024, 300], bytes: 1024 * 300 * 4 }],
  fill: 3,
})
const user = { name: 'ann', password: 'open sesame' }
const htpasswd = 'ann:$2b$04$2B9UOD/5T44qVB0CQ9DF4eEQGsP7sCmO4a4NXLEQFW.5yNVKiAJRK\n'

function contextOf(store: ModelStore, env: Record<string, string> = {}): RegistryContext {
  const { network, downloads } = defaultConfig()
  return { store, env, network, downloads, clock: systemClock, log: silentLogger, home: '/nowhere' }
}
const refer = (text: string): RegistryReference => parseReference(text) as RegistryReference
const newStore = async (): Promise<RegistryContext> => contextOf(await temporaryStore())

/** A store that holds the model, and evidence about it, and evidence about that. */
async function filledStore(env: Record<string, string> = {}) {
  const store = await temporaryStore()
  const file = await stage(store, 'k', 'x.gguf', weights)
  const model = await store.commit({ files: [file], name: 'tiny', source: 'file:///x.gguf' })
  const layers = [{ mediaType: 'text/plain', content: new TextEncoder().encode('all is well') }]
  const report = await store.attach({ subject: model.digest, artifactType: 'application/vnd.example.report', layers })
  const about = await store.attach({
    subject: report.digest,
    artifactType: 'application/vnd.example.signature',
    layers: [],
  })
  return { context: contextOf(store, env), model, report, about }
}

async function authFile(host: string, password: string): Promise<Record<string, string>> {
  const path = join(await mkdtemp(join(tmpdir(), 'sanjha-auth-')), 'auth.json')
  const auth = Buffer.from(`${user.name}:${password}`).toString('base64')
  await writeFile(path, JSON.stringify({ auths: { [host]: { auth } } }))
  return { REGISTRY_AUTH_FILE: path }
}

describe.skipIf(program === undefined)('with a real registry', () => {
  let registry: RunningRegistry
  beforeAll(async () => {
    registry = await startDockerRegistry(program ?? '')
  })
  afterAll(() => registry.stop())

  it('brings a model and the evidence about it from one store to another, byte for byte', async () => {
    const { context, model, report, about } = await filledStore()
    const target = refer(`oci://${registry.host}/team/tiny:v1`)
    expect(await pushToRegistry(model.digest, target, context)).toEqual({ digest: model.digest })

    const other = await newStore()
    const progress: (number | null)[] = []
    const pulled = await pullFromRegistry(target, 'mine', other, { onProgress: (p) => progress.push(p.total) })
    expect(pulled).toMatchObject({
      name: 'mine',
      digest: model.digest,
      parameters: model.parameters,
      license: 'Apache-2.0',
    })
    expect(pulled.sources).toEqual([{ reference: `oci://${registry.host}/team/tiny:v1`, fetched: expect.any(String) }])
    expect(digestOf(await readFile(pulled.files[0]?.path ?? ''))).toBe(digestOf(weights))
    expect(progress.at(-1)).toBeGreaterThan(weights.length)
    const digests = async (subject: string) => (await other.store.referrers(subject)).map((d) => d.digest)
    expect(await digests(model.digest)).toEqual([report.digest])
    expect(await digests(report.digest)).toEqual([about.digest])
    expect(await other.store.verify('mine')).toEqual([])

    const client = openRegistry(target, context)
    expect(await client.tags()).toContain('v1')
    // Again, and by digest: nothing is sent twice, and it is the same.
    await pushToRegistry(model.digest, target, context)
    const again = await pullFromRegistry(
      refer(`oci://${registry.host}/team/tiny@${model.digest}`),
      'mine',
      await newStore(),
    )
    expect(again.digest).toBe(model.digest)
  })

  it('sends a large blob in pieces, and goes on where a broken connection left off', async () => {
    const { context, model } = await filledStore()
    const proxy = await startCuttingProxy(registry.host, { direction: 'up', bytes: 200_000, times: 2 })
    await pushToRegistry(model.digest, refer(`oci://${proxy.host}/pieces/tiny`), context, { chunkBytes: 300_000 })
    await proxy.close()
    expect(proxy.cuts()).toBeGreaterThan(0)
    const pulled = await pullFromRegistry(refer(`oci://${registry.host}/pieces/tiny`), 'x', await newStore())
    expect(pulled.digest).toBe(model.digest)
  })

  it('goes on with a download that was cut', async () => {
    const { context, model } = await filledStore()
    await pushToRegistry(model.digest, refer(`oci://${registry.host}/cut/tiny`), context)
    const proxy = await startCuttingProxy(registry.host, { direction: 'down', bytes: 500_000, times: 2 })
    const other = await newStore()
    const pulled = await pullFromRegistry(refer(`oci://${proxy.host}/cut/tiny`), 'x', other)
    await proxy.close()
    expect(proxy.cuts()).toBe(2)
    expect(await other.store.verify(pulled.name)).toEqual([])
  })

  it('brings one model under two tags at once, and neither spoils the other', async () => {
    const { context, model } = await filledStore()
    const [one, two] = ['one', 'two'].map((tag) => refer(`oci://${registry.host}/twice/tiny:${tag}`))
    for (const target of [one, two]) await pushToRegistry(model.digest, target!, context)
    for (let round = 0; round < 5; round++) {
      const other = await newStore()
      const pulled = await Promise.all([pullFromRegistry(one!, 'one', other), pullFromRegistry(two!, 'two', other)])
      expect(pulled.map(({ digest }) => digest)).toEqual([model.digest, model.digest])
      expect(await other.store.verify('two')).toEqual([])
    }
  })

  it('is reached by the room’s own push and pull', async () => {
    const open = async (): Promise<ModelsRoom> =>
      createModels({
        paths: { store: join(await mkdtemp(join(tmpdir(), 'sanjha-room-')), 'store') },
        database: openDatabase(':memory:', modelsMigrations),
        config: defaultConfig(),
        env: {},
      })
    const [here, there] = [await open(), await open()]
    const path = join(await mkdtemp(join(tmpdir(), 'sanjha-file-')), 'x.gguf')
    await writeFile(path, weights)
    const { digest } = await here.pull(path)
    const target = `oci://${registry.host}/room/tiny:v2`
    expect(await here.push(path, target)).toEqual({ digest })
    expect(await there.pull(target)).toMatchObject({ name: target, digest })
    expect((await there.find(target))?.digest).toBe(digest)
  })

  it('mounts a blob that another repository has', async () => {
    const { context, model } = await filledStore()
    await pushToRegistry(model.digest, refer(`oci://${registry.host}/from/tiny`), context)
    const client = openRegistry(refer(`oci://${registry.host}/to/tiny`), context)
    const blob = { digest: digestOf(weights), size: weights.length, from: weights }
    expect(await uploadBlob(client, blob, { mountFrom: 'from/tiny' })).toBe('mounted')
    expect(await uploadBlob(client, blob)).toBe('present')
    const { digest, size } = { digest: digestOf('fresh'), size: 5 }
    expect(
      await uploadBlob(client, { digest, size, from: new TextEncoder().encode('fresh') }, { mountFrom: 'no/such' }),
    ).toBe('sent')
  })

  it('refuses bytes that are not what their digest says, and stores nothing', async () => {
    const { context, model } = await filledStore()
    const target = refer(`oci://${registry.host}/bad/tiny`)
    const own = await startDockerRegistry(program ?? '')
    const bad = refer(`oci://${own.host}/bad/tiny`)
    await pushToRegistry(model.digest, bad, context)
    const hex = digestOf(weights).slice(7)
    const path = join(own.storage, 'data/docker/registry/v2/blobs/sha256', hex.slice(0, 2), hex, 'data')
    const changed = Buffer.from(weights)
    changed[changed.length - 1] = 9
    await writeFile(path, changed)
    const other = await newStore()
    await expect(pullFromRegistry(bad, 'x', other)).rejects.toMatchObject({ code: 'digest_mismatch' })
    expect(await other.store.list()).toEqual([])
    await own.stop()
    expect(target.repository).toBe('bad/tiny')
  })

  it('says what is wrong when there is no such tag, no model, or no registry', async () => {
    const { context } = await filledStore()
    await expect(pullFromRegistry(refer(`oci://${registry.host}/no/such`), 'x', context)).rejects.toMatchObject({
      code: 'model_not_found',
    })
    const client = openRegistry(refer(`oci://${registry.host}/image`), context)
    const config = new TextEncoder().encode('{}')
    await uploadBlob(client, { digest: digestOf(config), size: 2, from: config })
    const mediaType = 'application/vnd.oci.image.manifest.v1+json'
    const image = {
      schemaVersion: 2,
      mediaType,
      config: { mediaType: 'application/vnd.oci.image.config.v1+json', digest: digestOf(config), size: 2 },
      layers: [],
    }
    await client.putManifest('latest', new TextEncoder().encode(JSON.stringify(image)), mediaType)
    await expect(pullFromRegistry(refer(`oci://${registry.host}/image`), 'x', context)).rejects.toMatchObject({
      code: 'unsupported',
    })
    const gone = await startDockerRegistry(program ?? '')
    await gone.stop()
    await expect(pullFromRegistry(refer(`oci://${gone.host}/x`), 'x', context)).rejects.toMatchObject({
      code: 'network_unreachable',
    })
  })
})

describe.skipIf(program === undefined)('with a registry that wants a password', () => {
  let registry: RunningRegistry
  beforeAll(async () => {
    registry = await startDockerRegistry(program ?? '', { htpasswd })
  })
  afterAll(() => registry.stop())

  it('logs in as the auth file says', async () => {
    const { context, model } = await filledStore(await authFile(registry.host, user.password))
    const target = refer(`oci://${registry.host}/team/tiny`)
    await pushToRegistry(model.digest, target, context)
    const other = contextOf(await temporaryStore(), await authFile(registry.host, user.password))
    expect((await pullFromRegistry(target, 'x', other)).digest).toBe(model.digest)
  })

  it.each([
    ['without a login', undefined],
    ['with a wrong one', 'hunter2'],
  ])('says `unauthorized` %s, and never the password', async (_, password) => {
    const env = password === undefined ? {} : await authFile(registry.host, password)
    const { context, model } = await filledStore(env)
    const error = await pushToRegistry(model.digest, refer(`oci://${registry.host}/team/tiny`), context).catch((e) => e)
    expect(SanjhaError.is(error) && error.code).toBe('unauthorized')
    expect(JSON.stringify(error)).not.toContain('hunter2')
  })
})

describe.skipIf(program === undefined)('with a registry that wants a token', () => {
  it('fetches one for what it is about to do, and no more', async ({ skip }) => {
    const tokens = await startTokenServer(user)
    if (tokens === undefined) return skip('no openssl here')
    const registry = await startDockerRegistry(program ?? '', { token: tokens })
    const { context, model } = await filledStore(await authFile(registry.host, user.password))
    const target = refer(`oci://${registry.host}/team/tiny`)
    await pushToRegistry(model.digest, target, context)
    // In which order a registry names the actions is its own business.
    const asked = tokens.scopes.map((scope) => scope.replace('push,pull', 'pull,push'))
    expect(new Set(asked)).toEqual(new Set(['repository:team/tiny:pull,push', 'repository:team/tiny:pull']))
    tokens.scopes.length = 0
    const other = contextOf(await temporaryStore(), await authFile(registry.host, user.password))
    expect((await pullFromRegistry(target, 'x', other)).digest).toBe(model.digest)
    expect(new Set(tokens.scopes)).toEqual(new Set(['repository:team/tiny:pull']))
    await registry.stop()
    await tokens.close()
  })
})

describe('the referrers API', () => {
  let server: Server
  let host = ''
  const seen: string[] = []
  beforeAll(async () => {
    // Docker's registry has no referrers API, so this one answers as the specification says that one does.
    server = createServer((request, response) => {
      seen.push(`${request.method} ${request.url}`)
      if (request.url?.includes('/referrers/')) {
        response.setHeader('content-type', 'application/vnd.oci.image.index.v1+json')
        response.end(
          JSON.stringify({ schemaVersion: 2, manifests: [{ mediaType: 'm', digest: digestOf('r'), size: 1 }, 7] }),
        )
        return
      }
      request.resume().on('end', () => {
        response.writeHead(201, { 'oci-subject': digestOf('s') })
        response.end()
      })
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const address = server.address()
    if (address !== null && typeof address === 'object') host = `127.0.0.1:${address.port}`
  })
  afterAll(() => new Promise((resolve) => server.close(resolve)))

  it('is used where it is there, and then no tag is written', async () => {
    const client = openRegistry(refer(`oci://${host}/x`), await newStore())
    expect(await client.referrers(digestOf('s'))).toEqual([{ mediaType: 'm', digest: digestOf('r'), size: 1 }])
    expect(await client.putManifest(digestOf('r'), new TextEncoder().encode('r'), 'm')).toEqual({ subject: true })
    expect(seen).toEqual([`GET /v2/x/referrers/${digestOf('s')}`, `PUT /v2/x/manifests/${digestOf('r')}`])
  })
})

describe('how a registry is spoken to', () => {
  const client = (host: string, insecure?: boolean): RegistryClient =>
    new RegistryClient({
      host,
      repository: 'r',
      send: createSendRequest({}),
      credentials: async () => undefined,
      ...(insecure !== undefined && { insecure }),
    })

  it.each([
    ['registry.example', undefined, 'https://registry.example/v2/r/'],
    ['registry.example:5000', undefined, 'https://registry.example:5000/v2/r/'],
    ['registry.example', true, 'http://registry.example/v2/r/'],
    ['localhost:5000', undefined, 'http://localhost:5000/v2/r/'],
    ['127.0.0.1:5000', undefined, 'http://127.0.0.1:5000/v2/r/'],
    ['[::1]:5000', undefined, 'http://[::1]:5000/v2/r/'],
    ['127.evil.example', undefined, 'https://127.evil.example/v2/r/'],
    ['docker.io', undefined, 'https://registry-1.docker.io/v2/r/'],
  ])('%s (insecure: %s) at %s', (host, insecure, url) => {
    expect(client(host, insecure).base.href).toBe(url)
  })

  it('is not spoken to at all when offline, except on this machine', async () => {
    const context = { ...(await newStore()), network: { offline: true } }
    expect(() => openRegistry(refer('oci://registry.example/x'), context)).toThrow(
      expect.objectContaining({ code: 'network_unreachable' }),
    )
    expect(() => openRegistry(refer('oci://localhost:1/x'), context)).not.toThrow()
  })
})
