import { Ollama } from 'ollama'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type TestServer, testServer } from '../../src/server/testing/testServer.ts'

let t: TestServer
let client: Ollama

beforeAll(async () => {
  t = testServer()
  client = new Ollama({ host: (await t.server.listen()).url })
})
afterAll(() => t.close())

const model = 'test'
const messages = [{ role: 'user', content: 'Hi' }]

it('chats, streamed and not, with counts and times', async () => {
  const whole = await client.chat({ model, messages })
  expect(whole.message.content).toBe('You said: Hi')
  expect(whole.done_reason).toBe('stop')
  expect(whole.prompt_eval_count).toBe(3)
  expect(whole.eval_count).toBe(3)
  expect(whole.total_duration).toBeGreaterThan(0)
  let text = ''
  let done = 0
  for await (const part of await client.chat({ model, messages, stream: true })) {
    text += part.message.content
    if (part.done) done++
  }
  expect([text, done]).toEqual(['You said: Hi', 1])
})

it('thinks, calls tools and keeps to a format', async () => {
  const think = [{ role: 'user', content: '[[think Hm. So.]][[say Yes.]]' }]
  const thought = await client.chat({ model, messages: think, think: true })
  expect([thought.message.thinking, thought.message.content]).toEqual(['Hm. So.', 'Yes.'])
  const tools = [{ type: 'function', function: { name: 'weather', description: 'Tells it', parameters: {} } }]
  const call = [{ role: 'user', content: '[[tool weather {"city": "Paris"}]]' }]
  const called = await client.chat({ model, messages: call, tools })
  expect(called.message.tool_calls).toMatchObject([{ function: { name: 'weather', arguments: { city: 'Paris' } } }])
  let streamed: unknown
  for await (const part of await client.chat({ model, messages: call, tools, stream: true })) {
    streamed = part.message.tool_calls ?? streamed
  }
  expect(streamed).toMatchObject([{ function: { arguments: { city: 'Paris' } } }])
  const format = { type: 'object', properties: { city: { type: 'string' } } }
  expect(JSON.parse((await client.chat({ model, messages, format })).message.content)).toEqual({ city: 'text' })
  expect(JSON.parse((await client.chat({ model, messages, format: 'json' })).message.content)).toEqual({ ok: true })
})

it('generates, and goes on from a context', async () => {
  const first = await client.generate({
    model,
    prompt: 'Hi',
    system: 'Be brief.',
    options: { temperature: 0, num_ctx: 512 },
  })
  expect(first.response).toBe('You said: Hi')
  expect(first.context.length).toBeGreaterThan(3)
  expect(t.pool.acquired.at(-1)!.options.load).toEqual({ contextLength: 512 })
  const second = await client.generate({ model, prompt: 'And?', context: first.context })
  const { input } = t.engine.requests.at(-1)!
  expect(input.type === 'completion' && input.prompt.slice(0, first.context.length)).toEqual(first.context)
  expect(second.done).toBe(true)
  let text = ''
  for await (const part of await client.generate({ model, prompt: 'Hi', stream: true })) text += part.response
  expect(text).toBe('You said: Hi')
})

it('embeds', async () => {
  const { embeddings } = await client.embed({ model, input: ['a', 'b'] })
  expect(embeddings).toHaveLength(2)
  expect(Math.hypot(...embeddings[0]!)).toBeCloseTo(1, 5)
  expect((await client.embeddings({ model, prompt: 'a' })).embedding).toHaveLength(8)
})

it('manages models', async () => {
  expect((await client.list()).models.map((m) => m.name)).toEqual(['test'])
  expect((await client.ps()).models[0]).toMatchObject({ name: 'test', context_length: 4096 })
  const shown = await client.show({ model })
  expect(shown.details.quantization_level).toBe('Q4_1')
  expect(shown.capabilities).toEqual(['completion', 'tools'])
  await client.copy({ source: 'test', destination: 'other' })
  expect((await client.list()).models.map((m) => m.name)).toEqual(['test', 'other'])
  await client.delete({ model: 'other' })
  const statuses: string[] = []
  for await (const { status } of await client.pull({ model: 'fresh', stream: true })) statuses.push(status)
  expect(statuses[0]).toBe('pulling manifest')
  expect(statuses.at(-1)).toBe('success')
  expect((await client.pull({ model: 'fresh2' })).status).toBe('success')
  expect((await client.version()).version).toMatch(/^\d+\.\d+\.\d+$/)
})

it('loads and unloads without a prompt', async () => {
  expect((await client.generate({ model, prompt: '', keep_alive: '10m' })).done_reason).toBe('load')
  expect(t.pool.acquired.at(-1)!.options.keepAliveMs).toBe(600_000)
  await client.generate({ model, prompt: '', keep_alive: -1 })
  expect(t.pool.acquired.at(-1)!.options.keepAliveMs).toBe(Number.POSITIVE_INFINITY)
  expect((await client.chat({ model, messages: [], keep_alive: 0 })).done_reason).toBe('unload')
  expect(t.pool.list()).toEqual([])
})

it('understands every error, also in the middle of a stream', async () => {
  await expect(client.chat({ model: 'nobody', messages })).rejects.toMatchObject({ status_code: 404 })
  await expect(client.show({ model: 'nobody' })).rejects.toThrow(/nobody/)
  await expect(client.delete({ model: 'nobody' })).rejects.toMatchObject({ status_code: 404 })
  await expect(client.generate({ model, prompt: 'x', template: '{{ .Prompt }}' })).rejects.toThrow(/template/)
  await expect(client.pull({ model: 'broken' })).rejects.toThrow(/not the bytes/)
  const image = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk', 'base64')
  await expect(client.chat({ model, messages: [{ role: 'user', content: 'x', images: [image] }] })).rejects.toThrow(
    /cannot see/,
  )
  const read = async (): Promise<void> => {
    const broken = [{ role: 'user', content: '[[say half]][[throw engine_crashed]]' }]
    for await (const _ of await client.chat({ model, messages: broken, stream: true }));
  }
  await expect(read()).rejects.toThrow(/Thrown on demand/)
})

it('a client that stops a pull cancels its run', async () => {
  const stream = await client.pull({ model: 'slow', stream: true })
  const read = async (): Promise<void> => {
    for await (const { status, total, completed } of stream) {
      if (!completed) continue
      expect([status, total, completed]).toEqual(['pulling model', 100, 50])
      stream.abort()
    }
  }
  await expect(read()).rejects.toThrow()
  const [run] = t.sanjha.runs.list({ kind: 'pull' })
  expect((await t.sanjha.runs.wait(run!.id)).state).toBe('cancelled')
})
