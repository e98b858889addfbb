import type { AddressInfo } from 'node:net'
import { createServer as createTcpServer } from 'node:net'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { TestHome } from '../support/sanjha.ts'
import { type Serving, serve } from '../support/serving.ts'

const home = new TestHome()
let server: Serving
beforeAll(async () => {
  server = await serve(home)
})
afterAll(() => home[Symbol.asyncDispose]())

it('a port that another program has is said to be taken, with the way out; nothing of the server is left', async () => {
  const other = createTcpServer()
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
  const { port } = other.address() as AddressInfo
  try {
    const { code, stdout, stderr } = await home.sanjha(['serve', '--port', String(port)])
    expect([code, stdout]).toEqual([1, ''])
    expect(stderr).toContain(String(port))
    expect(stderr).toMatch(/port_in_use/)
    expect(stderr).toMatch(/--port/)
    const { servers } = JSON.parse((await home.sanjha(['ps', '--json'])).stdout) as { servers: { url: string }[] }
    expect(servers.map((s) => s.url)).toEqual([server.url])
  } finally {
    other.close()
  }
})

it('a hundred malformed requests over a real connection are never a 500, and the server lives', async () => {
  const paths = [
    '/v1/chat/completions',
    '/v1/completions',
    '/v1/embeddings',
    '/v1/responses',
    '/v1/messages',
    '/api/chat',
  ]
  const body = fc.oneof(
    fc.string(),
    fc.json(),
    fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes).toString('latin1')),
    fc
      .record({ model: fc.anything(), messages: fc.anything(), stream: fc.anything(), max_tokens: fc.anything() })
      .map((value) => JSON.stringify(value, (_, v) => (typeof v === 'bigint' ? String(v) : v)) ?? ''),
  )
  const type = fc.constantFrom(
    'application/json',
    'text/plain',
    'application/json; charset=latin1',
    'multipart/form-data',
  )
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...paths), body, type, async (path, text, contentType) => {
      const response = await fetch(server.url + path, {
        method: 'POST',
        headers: { 'content-type': contentType },
        body: text,
      })
      const said = await response.text()
      expect({ said, status: response.status }).toEqual({
        said,
        status: expect.toSatisfy((s: number) => s >= 400 && s < 500),
      })
      expect(() => JSON.parse(said)).not.toThrow()
    }),
    { numRuns: 100 },
  )
  expect((await server.get('/health')).body).toEqual({ status: 'ok' })
})
