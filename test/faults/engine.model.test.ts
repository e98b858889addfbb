import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { TestHome } from '../support/sanjha.ts'
import { pulled, readAll, type Serving, serve, until } from '../support/serving.ts'
import { testModelPath } from '../support/testModel.ts'
import { writeTwinModel } from '../support/twinModel.ts'

const home = new TestHome()
let server: Serving
let one: string
let two: string

beforeAll(async () => {
  const twin = join(home.path, 'twin.gguf')
  await writeTwinModel(twin)
  one = await pulled(home, await testModelPath())
  two = await pulled(home, twin)
  await rm(twin)
  server = await serve(home, [one, two])
})
afterAll(() => home[Symbol.asyncDispose]())

const ask = (model: string, content: string, more: object = {}): object => ({
  model,
  temperature: 0,
  max_tokens: 48,
  messages: [{ role: 'user', content }],
  ...more,
})
const story = 'Tell a very long story about a fox and a hen.'
const endless = { max_tokens: 1500, ignore_eos: true }
const active = async (model: string): Promise<number | undefined> =>
  (await server.loaded()).find((m) => m.model === model)?.status?.active

it('kill -9 of an engine in the middle of a stream costs that stream alone', async () => {
  const answer = async (model: string): Promise<string> => {
    const { status, body } = await server.post('/v1/chat/completions', ask(model, story))
    expect(status).toBe(200)
    return body.choices[0].message.content
  }
  const undisturbed = { one: await answer(one), two: await answer(two) }
  const victim = await server.stream(ask(one, story, endless))
  const bystander = readAll((await server.stream(ask(two, story))).events)
  const pid = await server.enginePid(one)
  let before = 0
  const seen: string[] = []
  for await (const event of victim.events) {
    if (event.choices?.[0]?.delta?.content && ++before === 3) process.kill(pid, 'SIGKILL')
    seen.push(event === '[DONE]' ? event : (event.error?.code ?? event.choices[0]?.finish_reason ?? ''))
  }
  // The error is the last thing said, and nothing pretends that the answer is complete.
  expect(seen.at(-1)).toBe('engine_crashed')
  expect(seen.filter((word) => word !== '')).toEqual(['engine_crashed'])
  expect(await bystander).toMatchObject({ text: undisturbed.two, done: true })

  expect(await answer(one)).toBe(undisturbed.one)
  expect(await server.enginePid(one)).not.toBe(pid)
})

it('every API tells of it in its own way', async () => {
  const ways: [string, object, RegExp][] = [
    [
      '/v1/messages',
      { max_tokens: 1500, temperature: 0, stream: true },
      /event: error\ndata: .*"type":"(api|overloaded)_error"/,
    ],
    [
      '/api/chat',
      { stream: true, options: { num_predict: 1500, temperature: 0 } },
      /\{"error":"[^"]+","code":"engine_crashed"\}\n$/,
    ],
    [
      '/v1/responses',
      { input: story, max_output_tokens: 1500, temperature: 0, stream: true },
      /event: (response\.failed|error)\n/,
    ],
  ]
  for (const [path, body, expected] of ways) {
    const response = await fetch(server.url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        model: one,
        ...(path !== '/v1/responses' && { messages: [{ role: 'user', content: story }] }),
        ...body,
      }),
    })
    expect({ path, status: response.status }).toEqual({ path, status: 200 })
    let text = ''
    let killed = false
    for await (const chunk of (response.body as ReadableStream<Uint8Array>).pipeThrough(new TextDecoderStream())) {
      text += chunk
      if (!killed && text.length > 1200) {
        killed = true
        process.kill(await server.enginePid(one), 'SIGKILL')
      }
    }
    expect(text).toMatch(expected)
    expect(text).not.toMatch(/message_stop|"done":true|response\.completed/)
    // So that the deaths do not count as being in a row with the next one.
    expect((await server.post('/v1/chat/completions', ask(one, 'Hi', { max_tokens: 4 }))).status).toBe(200)
  }
})

it('an engine that dies while nobody asks is there again for the next request', async () => {
  const pid = await server.enginePid(two)
  process.kill(pid, 'SIGKILL')
  // At once: the server may not have noticed yet.
  const first = await server.post('/v1/chat/completions', ask(two, 'Say hello.', { max_tokens: 4 }))
  expect(first.status).toBe(200)
  await until(async () => (await server.loaded()).every((m) => m.pid !== pid))
  const next = await server.post('/v1/chat/completions', ask(two, 'Say hello.', { max_tokens: 4 }))
  expect(next.status).toBe(200)
})

it('a client that goes away stops the engine', async () => {
  const gone = new AbortController()
  const { events } = await server.stream(ask(one, story, endless), gone.signal)
  const read = (async () => {
    let tokens = 0
    for await (const event of events) if (event.choices?.[0]?.delta?.content && ++tokens === 3) gone.abort()
  })()
  await expect(read).rejects.toThrow(/abort/i)
  await until(async () => (await active(one)) === 0)
  // It ended because it was told to, long before its 1,500 tokens.
  const metrics = (await server.get('/metrics')).body as string
  expect(metrics).toMatch(/vllm:request_success_total\{[^}]*finished_reason="abort"[^}]*\} 1/)
})

it('requests that wait are answered 503 with Retry-After once there are too many, and the others are answered', async () => {
  await server.stop()
  const tight = new TestHome({
    SANJHA_HOME: home.path,
    SANJHA_SERVER_MAX_CONCURRENT: '1',
    SANJHA_SERVER_MAX_QUEUE: '1',
  })
  await using _ = tight
  server = await serve(tight, [one])
  const gone = new AbortController()
  const first = await server.stream(ask(one, story, endless), gone.signal)
  const second = server.post('/v1/chat/completions', ask(one, 'Say hello.', { max_tokens: 4 }))
  await until(async () => /^sanjha_gateway_requests_waiting 1$/m.test((await server.get('/metrics')).body))
  for (const path of ['/v1/chat/completions', '/api/chat', '/v1/messages']) {
    const refused = await server.post(path, ask(one, 'Say hello.', { stream: false }))
    expect({ path, status: refused.status }).toEqual({ path, status: 503 })
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(JSON.stringify(refused.body)).toMatch(/wait already/)
  }
  // What is no work for a model goes on as ever.
  expect((await server.get('/health')).status).toBe(200)
  gone.abort()
  await expect(readAll(first.events)).rejects.toThrow(/abort/i)
  expect((await second).status).toBe(200)
  expect(await server.stop()).toBe(0)
})

it('SIGTERM lets a stream finish, takes nothing new, and ends with 0', async () => {
  await using patient = new TestHome({ SANJHA_HOME: home.path, SANJHA_SERVER_SHUTDOWN_GRACE: '3m' })
  server = await serve(patient, [one])
  const { events } = await server.stream(ask(one, story, { max_tokens: 150, ignore_eos: true }))
  const iterator = events[Symbol.asyncIterator]()
  await iterator.next()
  const enginePid = await server.enginePid(one)
  server.child.kill('SIGTERM')
  await until(async () => {
    const late = await fetch(`${server.url}/health`, { signal: AbortSignal.timeout(2000) }).catch(() => undefined)
    return late === undefined || late.status === 503
  })
  const rest = await readAll({ [Symbol.asyncIterator]: () => iterator })
  expect(rest).toMatchObject({ finish: 'length', done: true, error: undefined })
  expect(await server.ended).toBe(0)
  expect(() => process.kill(enginePid, 0)).toThrow()
})

it('kill -9 of the server takes its engines along, and the next one starts as ever', async () => {
  server = await serve(home, [one])
  const { events } = await server.stream(ask(one, story, endless))
  await events[Symbol.asyncIterator]().next()
  const enginePid = await server.enginePid(one)
  await server.stop('SIGKILL')
  const isGone = (): boolean => {
    try {
      process.kill(enginePid, 0)
      return false
    } catch {
      return true
    }
  }
  await until(isGone)
  expect(JSON.parse((await home.sanjha(['ps', '--json'])).stdout)).toEqual({ servers: [], models: [] })
  server = await serve(home, [one])
  expect((await server.post('/v1/chat/completions', ask(one, 'Hi', { max_tokens: 4 }))).status).toBe(200)
  expect(await server.stop()).toBe(0)
})
