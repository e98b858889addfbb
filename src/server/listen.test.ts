import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { type EventEmitter, once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { connect, createServer as createTcpServer } from 'node:net'
import { afterEach, expect, it } from 'vitest'
import { silentLogger, systemClock } from '../core/index.ts'
import { TestEngine } from '../gateway/testing/TestEngine.ts'
import { ActiveRequests } from './http/RequestScope.ts'
import { listenOn } from './listen.ts'
import { type TestServer, testServer } from './testing/testServer.ts'

let t: TestServer
afterEach(() => t.close())

const path = '/v1/chat/completions'

function post(url: string, content: string, more: object = {}): Promise<Response> {
  return fetch(url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ messages: [{ role: 'user', content }], ...more }),
  })
}

it('says which port is taken and how to go on', async () => {
  t = testServer()
  const other = createTcpServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => other.once('listening', resolve))
  const { port } = other.address() as AddressInfo
  await expect(t.server.listen({ port })).rejects.toMatchObject({
    code: 'port_in_use',
    message: expect.stringContaining(String(port)),
    hint: expect.stringContaining('--port'),
  })
  other.close()
  await expect(t.server.listen({ host: '192.0.2.1' })).rejects.toMatchObject({ code: 'invalid_config' })
})

it('is starting until it is told to be ready', async () => {
  t = testServer()
  const { createServer } = await import('./createServer.ts')
  const fresh = createServer(t.sanjha)
  const { url } = await fresh.listen()
  const before = await fetch(`${url}/health`)
  expect([before.status, await before.json()]).toEqual([503, { status: 'starting' }])
  fresh.ready()
  const after = await fetch(`${url}/health`)
  expect([after.status, await after.json()]).toEqual([200, { status: 'ok' }])
  await fresh.close()
  await expect(fetch(`${url}/health`)).rejects.toThrow()
})

it('a stopping server takes nothing new, and lets streams finish', async () => {
  t = testServer({ engines: { test: new TestEngine({ tokenDelayMs: 10 }) }, settings: { shutdownGraceMs: 60_000 } })
  const { url } = await t.server.listen()
  const response = await post(url, '[[repeat 20 word]]', { stream: true })
  const closing = t.server.close()
  const refused = await t.json('POST', path, { messages: [{ role: 'user', content: 'Hi' }] })
  expect([refused.status, refused.body.error.code]).toEqual([503, 'shutting_down'])
  const text = await response.text()
  expect(text.match(/word/g)).toHaveLength(20)
  expect(text).toMatch(/data: \[DONE\]\n\n$/)
  await closing
})

it('streams that outlast the grace end with the reason', async () => {
  t = testServer({ settings: { shutdownGraceMs: 1000 }, server: { patienceMs: 1 } })
  const { url } = await t.server.listen()
  const response = await post(url, '[[say half]][[stall]]', { stream: true })
  await t.server.close()
  const text = await response.text()
  expect(text).toContain('half')
  expect(text).toContain('"code":"shutting_down"')
  expect(text).not.toContain('[DONE]')
  expect(t.pool.held).toBe(0)
})

it('asked a second time, it ends at once', async () => {
  t = testServer({ settings: { shutdownGraceMs: 3_600_000 }, server: { patienceMs: 1 } })
  const { url } = await t.server.listen()
  const response = await post(url, '[[say half]][[stall]]', { stream: true })
  const first = t.server.close()
  await t.server.close(0)
  await first
  expect(await response.text()).toContain('shutting_down')
})

it('waits, as long as the grace, for a client that still reads what was answered', async () => {
  t = testServer()
  const whole = 64 * 1024 * 1024
  const answer = async (): Promise<Response> => new Response(new Uint8Array(whole))
  const slow = async (grace: number): Promise<number> => {
    const listening = await listenOn(answer, new ActiveRequests(), t.sanjha, systemClock, { port: 0 })
    const socket = connect(listening.port, '127.0.0.1')
    socket.on('error', () => undefined)
    socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')
    await once(socket, 'readable')
    const closing = listening.close(grace)
    // Longer than the last moment that aborted answers get.
    await new Promise((resolve) => setTimeout(resolve, 700))
    let read = 0
    socket.on('data', (chunk) => {
      read += chunk.length
    })
    if (!socket.closed) await once(socket, 'close')
    await closing
    return read
  }
  expect(await slow(60_000)).toBeGreaterThan(whole)
  expect(await slow(0)).toBeLessThan(whole)
})

it('lives on when a connection cannot be accepted, and says so once', async () => {
  const said: unknown[] = []
  const error = (facts: object, message: string): void => {
    said.push({ ...facts, message })
  }
  t = testServer({ log: { ...silentLogger, error } })
  const { url } = await t.server.listen()
  let http: EventEmitter | undefined
  const look = (message: unknown): void => {
    http = (message as { readonly server: EventEmitter }).server
  }
  subscribe('http.server.request.start', look)
  await fetch(`${url}/health`)
  unsubscribe('http.server.request.start', look)
  // What Node tells when the system has no file handles left.
  const err = Object.assign(new Error('accept EMFILE'), { code: 'EMFILE' })
  for (let times = 0; times < 3; times++) http!.emit('error', err)
  expect(said).toEqual([{ err, message: 'a connection could not be accepted' }])
  expect((await fetch(`${url}/health`)).status).toBe(200)
})

it('a request that takes too long is ended with the reason', async () => {
  t = testServer({ settings: { requestTimeoutMs: 1000 }, server: { patienceMs: 1 } })
  const waiting = await t.json('POST', path, { messages: [{ role: 'user', content: '[[stall]]' }] })
  expect([waiting.status, waiting.body.error.code]).toEqual([504, 'timeout'])
  const events = await t.events(path, { messages: [{ role: 'user', content: '[[say half]][[stall]]' }], stream: true })
  expect(events.at(-1)!.data.error.code).toBe('timeout')
  expect(t.engine.aborted).toBe(2)
})

it('HEAD of a stream leaves nothing open', async () => {
  t = testServer()
  const run = t.sanjha.runs.start('pull', { model: 'slow' })
  const { status, headers, body } = await t.request('HEAD', `/sanjha/v1/runs/${run.id}/events`)
  expect([status, headers.get('content-type'), body]).toEqual([200, 'text/event-stream; charset=utf-8', null])
  expect((await t.json('GET', '/sanjha/v1/health')).body.activeRequests).toBe(0)
})

it('a client that stops sending its body is not waited for', async () => {
  t = testServer({ settings: { requestTimeoutMs: 40 } })
  const { port } = await t.server.listen()
  const socket = connect(port, '127.0.0.1')
  socket.write(
    `POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"mess`,
  )
  let answer = ''
  for await (const chunk of socket) {
    answer += String(chunk)
    if (answer.includes('"code"')) break
  }
  socket.destroy()
  expect(answer).toMatch(/^HTTP\/1\.1 504 /)
  expect(answer).toContain('"code":"timeout"')
})

it('when one of several answers fails, the others stop too', async () => {
  t = testServer()
  for (const stream of [false, true]) {
    const prompt = ['[[stall]]', '[[say half]][[throw engine_crashed]]', '[[stall]]']
    const response = await t.request('POST', '/v1/completions', { prompt, stream })
    expect(await response.text()).toContain('"code":"engine_crashed"')
    await expect.poll(() => [t.engine.status().active, t.pool.held]).toEqual([0, 0])
  }
})

it('a reader that is slow slows the engine, and memory does not fill', async () => {
  t = testServer()
  const response = await t.request('POST', path, {
    messages: [{ role: 'user', content: '[[repeat 3000 word]]' }],
    stream: true,
  })
  const reader = response.body!.getReader()
  await reader.read()
  await new Promise((resolve) => setTimeout(resolve, 50))
  // Nobody read on: only what the stream's own small buffer holds was generated.
  expect(t.engine.status().totals.requests).toBe(0)
  expect(t.engine.status().active).toBe(1)
  await reader.cancel()
  await expect.poll(() => [t.engine.status().active, t.pool.held]).toEqual([0, 0])
})
