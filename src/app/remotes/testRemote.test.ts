import { createServer } from 'node:net'
import { afterEach, expect, it } from 'vitest'
import { createFetch } from '../../core/index.ts'
import { listen, sendJson } from '../../engine/testing/serveOpenAI.ts'
import type { RemoteTest } from './contract.ts'
import { testRemote } from './testRemote.ts'

const opened: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of opened.splice(0)) await close()
})
const fetch = createFetch({ env: {} })
const never = new AbortController().signal
const key = 'sk-secret-1234567890'

/** An endpoint of one status and body under `/v1/models`, and 404 elsewhere. */
async function endpoint(status: number, body: unknown, headers: Record<string, string> = {}): Promise<string> {
  const stub = await listen(async (request, response) => {
    if (request.url !== '/v1/models') return sendJson(response, { error: { message: `${key} is wrong` } }, 404)
    response.writeHead(status, { 'content-type': 'application/json', ...headers })
    response.end(typeof body === 'string' ? body : JSON.stringify(body))
  })
  opened.push(() => stub.close())
  return stub.baseUrl
}
const ask = (baseUrl: string, apiKey?: string, timeoutMs = 5_000): Promise<RemoteTest> =>
  testRemote({ baseUrl, apiKey }, fetch, timeoutMs, never)

it('lists the models of an endpoint that answers, with the key where one is given', async () => {
  let header: string | undefined
  const stub = await listen(async (request, response) => {
    header = request.headers.authorization
    sendJson(response, { data: [{ id: 'a' }, { id: 7 }, { id: 'b' }] })
  })
  opened.push(() => stub.close())
  expect(await ask(stub.baseUrl, key)).toEqual({
    ok: true,
    problem: null,
    message: 'It answers and lists 2 models.',
    hint: null,
    models: ['a', 'b'],
  })
  expect(header).toBe(`Bearer ${key}`)
})

it.each([
  [401, {}, key, 'key_refused'],
  [403, {}, undefined, 'key_missing'],
  [404, {}, undefined, 'no_api'],
  [200, '<html>Welcome</html>', undefined, 'no_api'],
  [200, [], undefined, 'no_api'],
  [200, { data: 'x' }, undefined, 'no_api'],
  [500, {}, undefined, 'failed'],
  [302, {}, undefined, 'no_api'],
] as const)('says what status %i with %j means', async (status, body, apiKey, problem) => {
  const found = await ask(
    await endpoint(status, body, status === 302 ? { location: 'http://evil.example/v1' } : {}),
    apiKey,
  )
  expect(found).toMatchObject({ ok: false, problem, models: [], hint: expect.any(String) })
  expect(JSON.stringify(found)).not.toContain(key)
})

it('knows the address without its version', async () => {
  const baseUrl = await endpoint(200, { data: [] })
  const found = await ask(baseUrl.replace('/v1', ''))
  expect(found).toMatchObject({ problem: 'no_api', hint: `There is one at ${baseUrl}: give that address.` })
})

it('says that nobody listens, that there is no such host, and that nobody answers', async () => {
  const silent = createServer((socket) => void socket.resume().on('error', () => undefined))
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
  const { port } = silent.address() as { port: number }
  expect((await ask(`http://127.0.0.1:${port}/v1`, key, 50)).problem).toBe('timeout')
  await new Promise((resolve) => silent.close(resolve))
  const refused = await ask(`http://127.0.0.1:${port}/v1`)
  expect(refused).toMatchObject({ problem: 'unreachable', hint: 'Is the server running, and on that port?' })
  expect((await ask('http://no-such-host.invalid/v1')).problem).toBe('unknown_host')
})

it('goes to no address that is not public where that is asked for', async () => {
  const publicOnly = createFetch({ env: {}, publicOnly: true })
  const found = await testRemote({ baseUrl: await endpoint(200, { data: [] }) }, publicOnly, 5_000, never)
  expect(found).toMatchObject({ ok: false, problem: 'refused_address' })
})

it('ends with its caller, and reads no endless list', async () => {
  const gone = AbortSignal.abort(new Error('gone'))
  await expect(testRemote({ baseUrl: 'http://127.0.0.1:9/v1' }, fetch, 1_000, gone)).rejects.toThrow('gone')
  expect((await ask(await endpoint(200, 'x'.repeat(5_000_000)))).problem).toBe('no_api')
})
