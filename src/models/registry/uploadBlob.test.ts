import { createServer, type Server } from 'node:http'
import { afterEach, expect, it } from 'vitest'
import { SanjhaError } from '../../core/index.ts'
import { digestOf } from '../digest.ts'
import { RegistryClient } from './RegistryClient.ts'
import { createSendRequest } from './sendRequest.ts'
import { uploadBlob } from './uploadBlob.ts'

/** A registry that keeps what arrived of a piece when it breaks the connection, as the specification allows. */
function startRegistry(
  cutAt: readonly number[],
): Promise<{ server: Server; host: string; stored: () => Buffer; sent: string[] }> {
  const cuts = [...cutAt]
  let upload = Buffer.alloc(0)
  const sent: string[] = []
  const server = createServer(async (request, response) => {
    const location = '/v2/r/blobs/uploads/1?state=a'
    const answer = (status: number): void => {
      const range = upload.length > 0 ? { range: `0-${upload.length - 1}` } : {}
      response.writeHead(status, { location, ...range, 'content-length': 0 })
      response.end()
    }
    sent.push(`${request.method} ${request.headers['content-range'] ?? ''}`.trim())
    if (request.method === 'HEAD') return answer(404)
    if (request.method === 'POST') return answer(202)
    if (request.method === 'GET') return answer(204)
    try {
      for await (const chunk of request) {
        const limit = request.method === 'PATCH' ? (cuts[0] ?? Number.POSITIVE_INFINITY) : Number.POSITIVE_INFINITY
        const room = limit - upload.length
        upload = Buffer.concat([upload, (chunk as Buffer).subarray(0, Math.max(0, room))])
        if (upload.length >= limit) {
          cuts.shift()
          request.destroy()
          return
        }
      }
    } catch {
      return
    }
    if (request.method === 'PATCH') return answer(202)
    const wanted = new URL(request.url ?? '', 'http://x').searchParams.get('digest')
    answer(wanted === digestOf(upload) ? 201 : 400)
  })
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      const port = typeof address === 'object' ? address?.port : 0
      resolve({ server, host: `127.0.0.1:${port}`, stored: () => upload, sent })
    })
  })
}

let running: Server | undefined
afterEach(() => running?.closeAllConnections())
afterEach(() => running?.close())

const content = Buffer.from(Array.from({ length: 500_000 }, (_, i) => (i * 7) % 251))
const blob = { digest: digestOf(content), size: content.length, from: content }
const clock = { now: () => 0, monotonic: () => 0, sleep: async () => undefined }

async function connect(cutAt: readonly number[]) {
  const registry = await startRegistry(cutAt)
  running = registry.server
  const client = new RegistryClient({
    host: registry.host,
    repository: 'r',
    send: createSendRequest({}),
    credentials: async () => undefined,
    clock,
  })
  return { ...registry, client }
}

it('sends a small blob in one request', async () => {
  const { client, stored, sent } = await connect([])
  expect(await uploadBlob(client, blob, { clock })).toBe('sent')
  expect(sent).toEqual(['HEAD', 'POST', 'PUT'])
  expect(stored().equals(content)).toBe(true)
})

it('sends only what the registry does not have after a broken connection', async () => {
  const { client, stored, sent } = await connect([130_000, 310_000])
  const progress: number[] = []
  const onSent = (bytes: number): number => progress.push(bytes)
  expect(await uploadBlob(client, blob, { clock, chunkBytes: 200_000, onSent })).toBe('sent')
  expect(stored().equals(content)).toBe(true)
  expect(sent).toContain('PATCH 130000-329999')
  expect(sent.filter((line) => line === 'POST')).toHaveLength(1)
  expect(progress.at(-1)).toBe(content.length)
})

it('gives up when nothing gets through', async () => {
  const { client } = await connect(new Array<number>(50).fill(0))
  const error = await uploadBlob(client, blob, { clock, chunkBytes: 200_000 }).catch((e) => e)
  expect(SanjhaError.is(error) && error.code).toBe('network_unreachable')
})
