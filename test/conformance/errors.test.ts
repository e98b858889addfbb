import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { hashApiKey, type Logger } from '../../src/core/index.ts'
import { TestEngine } from '../../src/gateway/testing/TestEngine.ts'
import { type Json, type TestServer, testServer } from '../../src/server/testing/testServer.ts'

let t: TestServer
beforeEach(() => {
  t = testServer()
})
afterEach(() => t.close())

const messages = [{ role: 'user', content: 'Hi' }]
const chatPath = '/v1/chat/completions'

describe('[API-21] what cannot be read', () => {
  it('[API-21] broken JSON, other bodies, other types and too much are answered by an error object', async () => {
    await t.close()
    t = testServer({ settings: { maxBodyBytes: 1000 } })
    const post = async (body: string, headers: Record<string, string> = {}): Promise<Json> => {
      const { status, body: answer } = await t.json('POST', chatPath, body, headers)
      expect(answer.error).toEqual({
        message: expect.any(String),
        type: 'invalid_request_error',
        param: null,
        code: expect.any(String),
      })
      return [status, answer.error.code]
    }
    expect(await post('{"messages": [')).toEqual([400, 'invalid_request'])
    expect(await post('')).toEqual([400, 'invalid_request'])
    for (const body of ['[]', '"text"', '17', 'null', 'true'])
      expect(await post(body)).toEqual([400, 'invalid_request'])
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x']) {
      expect(await post('{}', { 'content-type': type })).toEqual([415, 'unsupported_media_type'])
    }
    expect(await post(JSON.stringify({ messages, padding: 'x'.repeat(2000) }))).toEqual([413, 'payload_too_large'])
    const { status } = await t.json(
      'POST',
      chatPath,
      { messages },
      { 'content-type': 'application/json; charset=utf-8' },
    )
    expect(status).toBe(200)
  })

  it('each API has its own shape of an error', async () => {
    const anthropic = await t.json('POST', '/v1/messages', '{')
    expect(anthropic.body).toEqual({
      type: 'error',
      error: { type: 'invalid_request_error', message: expect.any(String), code: 'invalid_request' },
    })
    const ollama = await t.json('POST', '/api/chat', '{')
    expect(ollama.body).toEqual({ error: expect.any(String), code: 'invalid_request' })
    const admin = await t.json('GET', '/sanjha/v1/runs/none')
    expect(admin.body.error).toMatchObject({
      code: 'not_found',
      status: 404,
      retryable: false,
      hint: expect.any(String),
    })
    expect(admin.body.error.cause).toBeUndefined()
  })

  it('an unknown path is 404 and a wrong method 405, in the shape of its API', async () => {
    const lost = await t.json('GET', '/v2/nothing')
    expect([lost.status, lost.body.error.code]).toEqual([404, 'not_found'])
    const ollama = await t.json('GET', '/api/nothing')
    expect([ollama.status, ollama.body.code]).toEqual([404, 'not_found'])
    const wrong = await t.json('GET', chatPath)
    expect([wrong.status, wrong.body.error.code, wrong.headers.get('allow')]).toEqual([
      405,
      'method_not_allowed',
      'POST',
    ])
    const remove = await t.json('DELETE', '/v1/models')
    expect([remove.status, remove.headers.get('allow')]).toEqual([405, 'GET, HEAD'])
  })
})

it('[API-22] an unknown model is 404 model_not_found', async () => {
  for (const [path, body] of [
    [chatPath, { messages }],
    ['/v1/completions', { prompt: 'x' }],
    ['/v1/embeddings', { input: 'x' }],
    ['/v1/responses', { input: 'x' }],
    ['/v1/rerank', { query: 'x', documents: ['y'] }],
    ['/tokenize', { prompt: 'x' }],
  ] as const) {
    for (const stream of [false, true]) {
      const { status, body: answer } = await t.json('POST', path, { model: 'nobody', stream, ...body })
      expect([path, status, answer.error.code]).toEqual([path, 404, 'model_not_found'])
    }
  }
  const one = await t.json('GET', '/v1/models/tesd')
  expect([one.status, one.body.error.code]).toEqual([404, 'model_not_found'])
  expect(one.body.error.message).toContain('Did you mean test?')
  const anthropic = await t.json('POST', '/v1/messages', { model: 'nobody', max_tokens: 1, messages })
  expect([anthropic.status, anthropic.body.error.type]).toEqual([404, 'not_found_error'])
  const ollama = await t.json('POST', '/api/chat', { model: 'nobody', messages })
  expect([ollama.status, ollama.body.code]).toEqual([404, 'model_not_found'])
})

it('[API-23] a key is needed where one is set', async () => {
  const secret = 'correct-horse-battery-staple'
  const written: string[] = []
  const log: Logger = {
    error: (fields, message) => written.push(JSON.stringify(fields) + message),
    warn: (fields, message) => written.push(JSON.stringify(fields) + message),
    info: (fields, message) => written.push(JSON.stringify(fields) + message),
    debug: (fields, message) => written.push(JSON.stringify(fields) + message),
    child: () => log,
  }
  await t.close()
  const server = { program: './bin/sanjha.js' }
  t = testServer({ settings: { apiKeys: [hashApiKey('another'), hashApiKey(secret)] }, log, server })
  const status = async (headers: Record<string, string>, method = 'POST', path = chatPath): Promise<number> =>
    (await t.request(method, path, method === 'POST' ? { messages } : undefined, headers)).status
  expect(await status({})).toBe(401)
  expect(await status({ authorization: 'Bearer wrong-key' })).toBe(401)
  expect(await status({ authorization: `Basic ${secret}` })).toBe(401)
  expect(await status({ 'x-api-key': 'wrong-key' })).toBe(401)
  expect(await status({ authorization: `Bearer ${secret}` })).toBe(200)
  expect(await status({ authorization: `bearer ${secret}` })).toBe(200)
  expect(await status({ 'x-api-key': secret })).toBe(200)
  expect(await status({ 'x-api-key': 'another' })).toBe(200)
  expect(await status({ authorization: `Bearer ${t.server.controlToken}` })).toBe(200)
  expect(await status({}, 'GET', '/health')).toBe(200)
  for (const path of ['/metrics', '/v1/models', '/api/tags', '/sanjha/v1/models', '/v1/models/test']) {
    expect([path, await status({}, 'GET', path)]).toEqual([path, 401])
  }
  const { body, headers } = await t.json('POST', chatPath, { messages })
  expect(body.error).toMatchObject({ type: 'authentication_error', code: 'invalid_api_key' })
  expect(headers.get('www-authenticate')).toBe('Bearer')
  const page = await (await t.request('GET', '/', undefined, { accept: 'text/html' })).text()
  expect(page).not.toContain('<code>test</code>')
  expect(page).not.toContain('bin/sanjha.js')
  expect(written.length).toBeGreaterThan(0)
  for (const hidden of [secret, 'wrong-key', t.server.controlToken]) expect(written.join('\n')).not.toContain(hidden)
})

it('[API-26] a client that goes away ends the generation', async () => {
  await t.close()
  const engine = new TestEngine({ tokenDelayMs: 5 })
  t = testServer({ engines: { test: engine } })
  const { url } = await t.server.listen()
  for (const stream of [true, false]) {
    const gone = new AbortController()
    const request = fetch(`${url}${chatPath}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ stream, messages: [{ role: 'user', content: '[[repeat 5000 word]]' }] }),
      signal: gone.signal,
    })
    const before = engine.aborted
    if (stream) {
      const reader = (await request).body!.getReader()
      await reader.read()
      gone.abort()
    } else {
      request.catch(() => undefined)
      await until(() => engine.status().active === 1)
      gone.abort()
      await expect(request).rejects.toThrow()
    }
    await until(() => engine.status().active === 0 && t.pool.held === 0)
    expect(engine.aborted).toBe(before + 1)
  }
  expect(t.sanjha.metrics.render()).toContain(
    'sanjha_requests_total{surface="openai",operation="generate",outcome="cancelled"} 2',
  )
})

it('[API-27] too much at once is refused with the time to try again', async () => {
  await t.close()
  t = testServer({ settings: { maxConcurrent: 1, maxQueue: 1 } })
  const stalled = { messages: [{ role: 'user', content: '[[stall]]' }], stream: true }
  const gone = new AbortController()
  const waiting = [1, 2].map(() =>
    t.server.fetch(
      new Request(`http://localhost${chatPath}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(stalled),
        signal: gone.signal,
      }),
    ),
  )
  await until(() => t.sanjha.metrics.render().includes('sanjha_gateway_requests_waiting 1'))
  for (const [path, type] of [
    [chatPath, 'server_error'],
    ['/v1/messages', 'overloaded_error'],
  ] as const) {
    const { status, headers, body } = await t.json('POST', path, { messages, max_tokens: 5 })
    expect([status, body.error.code, body.error.type]).toEqual([503, 'overloaded', type])
    expect(Number(headers.get('retry-after'))).toBeGreaterThanOrEqual(1)
  }
  gone.abort()
  await Promise.all(waiting)
  await until(() => t.pool.held === 0)
  expect((await t.json('POST', chatPath, { messages })).status).toBe(200)
})

it('[API-27] too many requests of one key are refused with the time to try again', async () => {
  await t.close()
  t = testServer({ settings: { rateLimit: 2, apiKeys: [hashApiKey('one'), hashApiKey('two')] } })
  const ask = (key: string) => t.json('POST', chatPath, { messages }, { authorization: `Bearer ${key}` })
  expect([(await ask('one')).status, (await ask('one')).status]).toEqual([200, 200])
  const { status, headers, body } = await ask('one')
  expect([status, body.error.code, body.error.type]).toEqual([429, 'rate_limited', 'rate_limit_error'])
  expect(Number(headers.get('retry-after'))).toBeGreaterThanOrEqual(1)
  const anthropic = await t.json('POST', '/v1/messages', { messages, max_tokens: 5 }, { 'x-api-key': 'one' })
  expect([anthropic.status, anthropic.body.error.type]).toEqual([429, 'rate_limit_error'])
  expect((await ask('two')).status).toBe(200)
  for (let i = 0; i < 5; i++) expect((await ask(t.server.controlToken)).status).toBe(200)
})

it('[API-34] browsers and proxies get what they need', async () => {
  const origin = 'http://localhost:5173'
  const preflight = await t.request('OPTIONS', chatPath, undefined, {
    origin,
    'access-control-request-method': 'POST',
    'access-control-request-headers': 'authorization,content-type,x-stainless-os',
  })
  expect(preflight.status).toBe(204)
  expect(preflight.headers.get('access-control-allow-origin')).toBe(origin)
  expect(preflight.headers.get('access-control-allow-methods')).toContain('POST')
  expect(preflight.headers.get('access-control-allow-headers')).toContain('x-stainless-os')

  const echoed = await t.request('POST', chatPath, { messages }, { 'x-request-id': 'mine-1', origin })
  expect(echoed.headers.get('x-request-id')).toBe('mine-1')
  expect(echoed.headers.get('access-control-allow-origin')).toBe(origin)
  const made = await t.request('POST', chatPath, { messages }, { 'x-request-id': 'with space<script>' })
  expect(made.headers.get('x-request-id')).toMatch(/^req_\w+$/)
  const failed = await t.request('POST', chatPath, '{')
  expect(failed.headers.get('x-request-id')).toMatch(/^req_\w+$/)

  const stream = await t.request('POST', chatPath, { messages, stream: true })
  expect(stream.headers.get('content-type')).toBe('text/event-stream; charset=utf-8')
  expect(stream.headers.get('cache-control')).toBe('no-cache')
  expect(stream.headers.get('x-accel-buffering')).toBe('no')
  await stream.text()
})

async function until(condition: () => boolean): Promise<void> {
  for (let i = 0; i < 400; i++) {
    if (condition()) return
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  throw new Error('what was waited for did not come')
}
