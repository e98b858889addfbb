import { afterEach, beforeEach, expect, it } from 'vitest'
import { TestEngine } from '../../src/gateway/testing/TestEngine.ts'
import { chatCompletionChunk, textCompletion } from '../../src/server/openai/responseSchemas.ts'
import { type Json, type SseEvent, type TestServer, testServer } from '../../src/server/testing/testServer.ts'

let t: TestServer
beforeEach(() => {
  t = testServer()
})
afterEach(() => t.close())

const path = '/v1/chat/completions'

async function stream(content: string, more: object = {}): Promise<Json[]> {
  const events = await t.events(path, { model: 'test', messages: [{ role: 'user', content }], stream: true, ...more })
  return chunksOf(events)
}

function chunksOf(events: readonly SseEvent[]): Json[] {
  expect(events.at(-1)!.data).toBe('[DONE]')
  const chunks = events.slice(0, -1).map((e) => e.data)
  for (const chunk of chunks) chatCompletionChunk.parse(chunk)
  return chunks
}

const text = (chunks: readonly Json[], index = 0): string =>
  chunks
    .flatMap((c) => c.choices)
    .filter((c) => c.index === index)
    .map((c) => c.delta.content ?? '')
    .join('')

it('[API-04] the role comes first and once, and every chunk has the same id', async () => {
  const chunks = await stream('Hi you')
  expect(chunks[0].choices[0].delta).toEqual({ role: 'assistant', content: '' })
  expect(chunks.filter((c) => c.choices[0]?.delta.role !== undefined)).toHaveLength(1)
  expect(new Set(chunks.map((c) => c.id)).size).toBe(1)
  expect(new Set(chunks.map((c) => c.created)).size).toBe(1)
})

it('[API-05] the finish reason comes last and once, then the end', async () => {
  const chunks = await stream('Hi')
  const reasons = chunks.map((c) => c.choices[0].finish_reason)
  expect(reasons.slice(0, -1).every((r) => r === null)).toBe(true)
  expect(reasons.at(-1)).toBe('stop')
  expect((await stream('[[repeat 9 x]]', { max_tokens: 2 })).at(-1).choices[0].finish_reason).toBe('length')
})

it('[API-06] the pieces are the whole', async () => {
  const content = 'one two, three\nfour 🙂 fünf'
  const whole = await t.json('POST', path, { model: 'test', messages: [{ role: 'user', content }], temperature: 0 })
  expect(text(await stream(content, { temperature: 0 }))).toBe(whole.body.choices[0].message.content)
})

it('[API-07] the usage comes when asked for, at the end', async () => {
  const chunks = await stream('Hi', { stream_options: { include_usage: true } })
  const last = chunks.at(-1)
  expect(last.choices).toEqual([])
  expect(last.usage.total_tokens).toBe(last.usage.prompt_tokens + last.usage.completion_tokens)
  expect(chunks.slice(0, -1).every((c) => c.usage === null)).toBe(true)
  expect((await stream('Hi')).every((c) => !('usage' in c))).toBe(true)
  for (const body of [{ stream: false }, {}]) {
    const refusal = await t.json('POST', path, {
      model: 'test',
      messages: [{ role: 'user', content: 'Hi' }],
      stream_options: { include_usage: true },
      ...body,
    })
    expect([refusal.status, refusal.body.error.param]).toEqual([400, 'stream_options'])
  }
})

it('[API-10] several answers come interleaved, each with its own end', async () => {
  const chunks = await stream('a b c d', { n: 3, stream_options: { include_usage: true } })
  const order = chunks.flatMap((c) => c.choices.map((choice: Json) => choice.index))
  expect(order.indexOf(2)).toBeLessThan(order.lastIndexOf(0))
  for (const index of [0, 1, 2]) {
    expect(text(chunks, index)).toBe('You said: a b c d')
    const own = chunks.flatMap((c) => c.choices).filter((c) => c.index === index)
    expect(own.filter((c) => c.finish_reason !== null)).toHaveLength(1)
    expect(own.filter((c) => c.delta.role)).toHaveLength(1)
  }
  expect(chunks.at(-1).usage.completion_tokens).toBe(18)
})

it('[API-12] no piece of a stop string comes through', async () => {
  const chunks = await stream('[[say the end is near]]', { stop: ['end is'] })
  expect(text(chunks)).toBe('the ')
  expect(chunks.at(-1).choices[0].finish_reason).toBe('stop')
})

it('[API-18] a tool call comes in pieces that join to JSON', async () => {
  const tools = [{ type: 'function', function: { name: 'weather' } }]
  const chunks = await stream(
    '[[say Let me see. ]][[tool weather {"city": "Paris", "days": 3}]][[tool weather {"city": "Rome"}]]',
    { tools },
  )
  const deltas = chunks.flatMap((c) => c.choices[0].delta.tool_calls ?? [])
  for (const [index, expected] of [
    [0, { city: 'Paris', days: 3 }],
    [1, { city: 'Rome' }],
  ] as const) {
    const own = deltas.filter((d) => d.index === index)
    expect(own.length).toBeGreaterThan(1)
    expect(own[0]).toMatchObject({ id: expect.any(String), type: 'function', function: { name: 'weather' } })
    expect(own.slice(1).every((d) => d.id === undefined && d.function.name === undefined)).toBe(true)
    expect(JSON.parse(own.map((d) => d.function.arguments).join(''))).toEqual(expected)
  }
  expect(chunks.at(-1).choices[0].finish_reason).toBe('tool_calls')
})

it('[API-25] a failure in the middle is told, and nothing follows it', async () => {
  for (const [script, status, code] of [
    ['[[say half an]][[throw engine_crashed]]', 'server_error', 'engine_crashed'],
    ['[[say half an]][[throw]]', 'server_error', 'internal'],
  ]) {
    const events = await t.events(path, { model: 'test', messages: [{ role: 'user', content: script }], stream: true })
    const last = events.at(-1)!.data
    expect(last).toEqual({ error: { message: expect.any(String), type: status, param: null, code } })
    // What went wrong inside is for the log, not for strangers.
    expect(last.error.message.includes('Thrown on demand')).toBe(code === 'engine_crashed')
    const before = events.slice(0, -1).map((e) => e.data)
    expect(text(before)).toBe('half an')
    expect(before.every((c) => c.choices[0].finish_reason === null)).toBe(true)
  }
  expect(t.pool.held).toBe(0)
})

it('[API-25] a failure before the first word has its own status', async () => {
  const body = { model: 'test', messages: [{ role: 'user', content: '[[throw engine_unavailable]]' }], stream: true }
  const { status, body: answer, headers } = await t.json('POST', path, body)
  expect([status, answer.error.code, headers.get('retry-after')]).toEqual([503, 'engine_unavailable', '1'])
})

it('[API-37] a character that is split over tokens stays whole', async () => {
  const content = '[[say 🙂👩‍👩‍👧‍👦 é ñ 漢字]]'
  const response = await t.request('POST', path, { model: 'test', messages: [{ role: 'user', content }], stream: true })
  const body = await response.text()
  expect(body).not.toContain('\uFFFD')
  expect(body).toContain('👩‍👩‍👧‍👦')
})

it('thinking and log-probabilities are streamed too', async () => {
  const chunks = await stream('[[think Hm. Well.]][[say Yes, sure.]]', { logprobs: true, top_logprobs: 1 })
  const deltas = chunks.map((c) => c.choices[0])
  expect(deltas.map((c) => c.delta.reasoning_content ?? '').join('')).toBe('Hm. Well.')
  expect(text(chunks)).toBe('Yes, sure.')
  const tokens = deltas.flatMap((c) => c.logprobs?.content ?? []).map((l) => l.token)
  expect(tokens.join('')).toBe('Yes, sure.')
})

it('a legacy completion streams the same way', async () => {
  const body = {
    model: 'test',
    prompt: ['a b', 'c'],
    stream: true,
    echo: true,
    stream_options: { include_usage: true },
  }
  const events = await t.events('/v1/completions', body)
  expect(events.at(-1)!.data).toBe('[DONE]')
  const chunks = events.slice(0, -1).map((e) => e.data)
  for (const chunk of chunks) textCompletion.parse(chunk)
  const of = (index: number): string =>
    chunks
      .flatMap((c) => c.choices)
      .filter((c) => c.index === index)
      .map((c) => c.text)
      .join('')
  expect([of(0), of(1)]).toEqual(['a bYou said: a b', 'cYou said: c'])
  expect(chunks.at(-1).usage.total_tokens).toBe(3 + 4 + 3)
})

it('silence is filled with comments, and the status line does not wait for ever', async () => {
  await t.close()
  const engine = new TestEngine({ tokenDelayMs: 1000 })
  t = testServer({ engines: { test: engine }, server: { keepAliveMs: 10, patienceMs: 5 } })
  const body = { model: 'test', messages: [{ role: 'user', content: '[[say one]]' }], stream: true }
  const response = await t.request('POST', path, body)
  const raw = await response.text()
  expect(raw).toContain(': keep-alive\n\n')
  expect(raw).toMatch(/data: \[DONE\]\n\n$/)
})
