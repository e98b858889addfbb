import { mkdir, writeFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { dirname } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { defaultConfig, silentLogger, systemClock } from '../../core/index.ts'
import type { PullOptions } from '../contract.ts'
import { digestOf } from '../digest.ts'
import type { RegistryReference } from '../reference.ts'
import type { ModelStore } from '../store/index.ts'
import { failure } from '../testing/failure.ts'
import { makeGguf, tinyMetadata } from '../testing/makeGguf.ts'
import { stage, temporaryStore } from '../testing/stage.ts'
import { pullFromRegistry, RegistryClient } from './index.ts'
import type { RegistryRequest, RegistryResponse } from './sendRequest.ts'
import { uploadBlob } from './uploadBlob.ts'

const addresses: Record<string, string> = { 'inside.example': '10.0.0.7', 'rebound.example': '::ffff:127.0.0.1' }
const content = new TextEncoder().encode('content')

/** A registry of which only the words are known: `answer` says them, `seen` is what was sent where. */
function clientOf(
  answer: (request: RegistryRequest) => Partial<RegistryResponse>,
  host = 'registry.example',
  offline = false,
) {
  const seen: string[] = []
  const client = new RegistryClient({
    host,
    repository: 'r',
    credentials: async () => ({ username: 'me', password: 'hunter2' }),
    lookup: async (name) => [addresses[name] ?? '1.1.1.1'],
    offline,
    send: async (request) => {
      seen.push(request.url.href)
      return { status: 200, headers: new Headers(), body: new Uint8Array(), ...answer(request) }
    },
  })
  return { client, seen }
}
const inside = [
  'https://inside.example/x',
  'https://rebound.example/x',
  'https://192.168.0.1/x',
  'https://[::1]/x',
  'https://localhost/x',
  'https://169.254.169.254/x',
]

describe('a registry on the public internet', () => {
  it.each(inside)('cannot lead a blob’s request to %s', async (location) => {
    const { client, seen } = clientOf(() => ({ status: 307, headers: new Headers({ location }) }))
    expect((await failure(client.getBlob(digestOf(content), 100))).code).toBe('forbidden')
    expect(seen).toHaveLength(1)
  })

  it.each(inside)('cannot have a login sent to %s', async (realm) => {
    const headers = new Headers({ 'www-authenticate': `Bearer realm="${realm}",service="s"` })
    const { client, seen } = clientOf(() => ({ status: 401, headers }))
    expect((await failure(client.getBlob(digestOf(content), 100))).code).toBe('forbidden')
    expect(seen).toHaveLength(1)
  })

  it.each([...inside, 'http://storage.example/x'])('cannot have an upload sent to %s', async (location) => {
    const { client, seen } = clientOf(({ method }) =>
      method === 'HEAD' ? { status: 404 } : { status: 202, headers: new Headers({ location }) },
    )
    const upload = uploadBlob(client, { digest: digestOf(content), size: content.length, from: content })
    expect((await failure(upload)).code).toBe('forbidden')
    expect(seen.filter((url) => !url.startsWith('https://registry.example/'))).toEqual([])
  })

  it('cannot have a login sent where the host of its uploads says', async () => {
    const headers = new Headers({ 'www-authenticate': 'Bearer realm="https://thief.example/token",service="s"' })
    const location = 'https://storage.example/upload'
    const { client, seen } = clientOf(({ method, url }) => {
      if (url.host === 'thief.example') return { body: new TextEncoder().encode('{"token":"t"}') }
      if (url.host === 'storage.example') return { status: 401, headers }
      return method === 'HEAD' ? { status: 404 } : { status: 202, headers: new Headers({ location }) }
    })
    const upload = uploadBlob(client, { digest: digestOf(content), size: content.length, from: content })
    expect(await failure(upload)).toMatchObject({
      code: 'unauthorized',
      message: expect.stringContaining('storage.example'),
    })
    expect(seen.map((url) => new URL(url).host)).not.toContain('thief.example')
  })

  it('may lead to another public host, which gets none of its headers', async () => {
    const { client, seen } = clientOf(({ url }) =>
      url.host === 'registry.example'
        ? { status: 307, headers: new Headers({ location: 'https://storage.example/x' }) }
        : { body: content },
    )
    expect(await client.getBlob(digestOf(content), 100)).toEqual(content)
    expect(seen.at(-1)).toBe('https://storage.example/x')
  })
})

describe('a registry that the user named on this machine', () => {
  const leading = (location: string) => (request: RegistryRequest) =>
    request.url.href === location ? { body: content } : { status: 307, headers: new Headers({ location }) }

  it.each(['http://localhost:5000/storage/x', 'http://127.0.0.1:9000/x', 'http://10.0.0.7/x'])(
    'may lead to %s',
    async (to) => {
      expect(await clientOf(leading(to), 'localhost:5000').client.getBlob(digestOf(content), 100)).toEqual(content)
    },
  )

  it('does not lead out of this machine when offline', async () => {
    const { client, seen } = clientOf(leading('https://storage.example/x'), 'localhost:5000', true)
    expect(await failure(client.getBlob(digestOf(content), 100))).toMatchObject({ code: 'network_unreachable' })
    expect(seen).toHaveLength(1)
  })
})

describe('a token that expires during a download', { timeout: 60_000 }, () => {
  const servers: ReturnType<typeof createServer>[] = []
  afterEach(() => {
    for (const server of servers.splice(0)) server.close().closeAllConnections()
  })
  const listen = async (
    handle: (request: IncomingMessage, response: ServerResponse, url: URL) => void,
  ): Promise<string> => {
    const server = createServer((request, response) =>
      handle(request, response, new URL(request.url ?? '/', 'http://x')),
    )
    servers.push(server)
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    return `127.0.0.1:${(server.address() as AddressInfo).port}`
  }

  /** Gives tokens that are good for one answer with bytes; `bytes` says how many such an answer holds. */
  async function registryOf(bytes: number) {
    const weights = makeGguf({
      metadata: tinyMetadata,
      tensors: [{ name: 'token_embd.weight', shape: [256, 300], bytes: 256 * 300 * 4 }],
    })
    const other = await temporaryStore()
    const staged = await stage(other, 'k', 'x.gguf', weights)
    const { digest } = await other.commit({ files: [staged], name: 'x', source: 'file:///x' })
    let issued = 0
    let used = 0
    const ranges: (string | undefined)[] = []
    const host = await listen((request, response, url) => {
      if (url.pathname === '/token') return void response.end(JSON.stringify({ token: `t${++issued}` }))
      if (request.headers.authorization !== `Bearer t${issued}` || issued === used) {
        const realm = `http://${request.headers.host}/token`
        return void response.writeHead(401, { 'www-authenticate': `Bearer realm="${realm}"` }).end()
      }
      const name = url.pathname.split('/').at(-1) ?? ''
      if (url.pathname.includes('/referrers/')) return void response.end('{"manifests":[]}')
      void other.readBlob(name === 'latest' ? digest : name, 1e9).then((blob) => {
        if (request.method === 'HEAD') return response.end()
        const from = Number(/bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0)
        const large = blob.length > 100_000
        if (large) {
          ranges.push(request.headers.range)
          used = issued
        }
        response.writeHead(request.headers.range ? 206 : 200, {
          etag: '"x"',
          'content-length': blob.length - from,
          ...(request.headers.range && { 'content-range': `bytes ${from}-${blob.length - 1}/${blob.length}` }),
        })
        const until = large ? Math.min(blob.length, from + bytes) : blob.length
        if (until === blob.length) return response.end(blob.subarray(from))
        response.flushHeaders()
        response.write(blob.subarray(from, until))
        // No more comes, until the receiver gives up: so what was sent has arrived, however busy the machine is.
        return undefined
      })
    })
    return { host, digest, ranges, weights, issued: () => issued }
  }

  const pull = async (host: string, options: PullOptions = {}, store?: ModelStore) => {
    store ??= await temporaryStore()
    const { network, downloads } = defaultConfig()
    const clock = { ...systemClock, sleep: async () => undefined }
    const context = {
      store,
      env: {},
      network,
      downloads: { ...downloads, stallTimeoutMs: 3000 },
      clock,
      log: silentLogger,
      home: '/nowhere',
    }
    const reference: RegistryReference = { scheme: 'oci', host, repository: 'team/x', tag: 'latest', digest: null }
    return { store, pulled: await pullFromRegistry(reference, 'x', context, options) }
  }

  it('is renewed, and the download goes on where it was', async () => {
    const registry = await registryOf(120_000)
    const { store, pulled } = await pull(registry.host)
    expect(pulled.digest).toBe(registry.digest)
    expect(await store.verify('x')).toEqual([])
    expect(registry.ranges).toEqual([undefined, 'bytes=120000-', 'bytes=240000-'])
  })

  it.each([
    ['is not what its size says', false],
    ['may be damaged, by force', true],
  ])('is asked for where a blob that lies here %s', async (_, force) => {
    const registry = await registryOf(1e9)
    const store = await temporaryStore()
    const damaged = Buffer.from(registry.weights)
    damaged[damaged.length - 1] = (damaged.at(-1) ?? 0) ^ 1
    const path = store.blobPath(digestOf(registry.weights))
    await mkdir(dirname(path), { recursive: true })
    await writeFile(path, force ? damaged : 'short')
    await pull(registry.host, { force }, store)
    expect(registry.ranges).toEqual([undefined])
    expect(await store.verify('x')).toEqual([])
  })

  it('but not without end, where no byte comes in between', async () => {
    const registry = await registryOf(0)
    expect((await failure(pull(registry.host))).code).toBe('unauthorized')
    expect(registry.ranges).toHaveLength(1)
  })
})
