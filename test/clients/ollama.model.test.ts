import { Ajv } from 'ajv'
import { Ollama } from 'ollama'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type RealServer, realServer } from '../support/realServer.ts'

let real: RealServer
let client: Ollama
let model: string

beforeAll(async () => {
  real = await realServer()
  model = real.model
  client = new Ollama({ host: real.url })
})
afterAll(() => real?.[Symbol.asyncDispose]())

const messages = [{ role: 'user', content: 'What is the capital of France?' }]
const options = { temperature: 0, num_predict: 20 }

it('chats the same streamed and not, with counts and durations that belong together', async () => {
  const whole = await client.chat({ model, messages, options })
  expect(whole.message.content).toMatch(/Paris/)
  expect(whole.done).toBe(true)
  expect(whole.eval_count).toBeGreaterThan(3)
  expect(whole.prompt_eval_count).toBeGreaterThan(5)
  expect(whole.total_duration).toBeGreaterThanOrEqual(whole.eval_duration + whole.prompt_eval_duration)
  expect(Number.isInteger(whole.total_duration)).toBe(true)
  let text = ''
  let last: { done: boolean; eval_count: number } | undefined
  for await (const part of await client.chat({ model, messages, options, stream: true })) {
    text += part.message.content
    last = part
  }
  expect(text).toBe(whole.message.content)
  expect(last).toMatchObject({ done: true, eval_count: whole.eval_count })
})

it('generates, and goes on from the context it gave', async () => {
  const first = await client.generate({ model, prompt: 'My name is Ada.', options })
  expect(first.context.length).toBeGreaterThanOrEqual(first.prompt_eval_count + first.eval_count - 1)
  const second = await client.generate({ model, prompt: 'What is my name?', context: first.context, options })
  expect(second.prompt_eval_count).toBeGreaterThan(first.context.length)
  expect(second.context.slice(0, first.context.length)).toEqual(first.context)
  const raw = await client.generate({ model, prompt: 'The capital of France is', raw: true, options })
  expect(raw.response).toMatch(/Paris/)
  expect(raw.prompt_eval_count).toBeLessThan(first.prompt_eval_count)
})

it('keeps to a format and calls tools', async () => {
  const format = {
    type: 'object',
    properties: { city: { type: 'string', maxLength: 16 }, big: { type: 'boolean' } },
    required: ['city', 'big'],
    additionalProperties: false,
  }
  const { message } = await client.chat({ model, messages, format, options: { temperature: 0, num_predict: 80 } })
  expect(new Ajv().compile(format)(JSON.parse(message.content)), message.content).toBe(true)
  const tools = [
    {
      type: 'function',
      function: { name: 'get_weather', description: 'Tells the weather', parameters: { ...format } },
    },
  ]
  // Whether it calls one is the model's own decision here; the prompt with the tools has to be understood at least.
  const offered = await client.chat({ model, messages, tools, options })
  expect(offered.message.content !== '' || (offered.message.tool_calls ?? []).length > 0).toBe(true)
})

it('embeds', async () => {
  const { embeddings, prompt_eval_count } = await client.embed({ model, input: ['a cat', 'a dog'] })
  expect(embeddings.map((e) => e.length)).toEqual([576, 576])
  expect(Math.hypot(...(embeddings[0] ?? []))).toBeCloseTo(1, 4)
  expect(prompt_eval_count).toBeGreaterThan(1)
  const alone = await client.embed({ model, input: 'a cat' })
  for (const [i, value] of (alone.embeddings[0] ?? []).entries()) expect(value).toBeCloseTo(embeddings[0]?.[i] ?? 9, 3)
})

it('lists, shows, pulls what is there, copies and deletes', async () => {
  const [listed] = (await client.list()).models
  expect(listed).toMatchObject({ name: model, details: { format: 'gguf', quantization_level: 'Q4_1' } })
  expect(listed?.size).toBe(98_362_432)
  const shown = await client.show({ model })
  expect(shown.details.family).toBe('llama')
  expect(shown.template.length).toBeGreaterThan(10)
  expect(shown.model_info).toMatchObject({ 'general.architecture': 'llama', 'llama.context_length': 8192 })
  expect((await client.ps()).models[0]).toMatchObject({ name: model, context_length: 2048 })
  const statuses: string[] = []
  for await (const { status } of await client.pull({ model, stream: true })) statuses.push(status)
  expect(statuses.at(-1)).toBe('success')

  await client.copy({ source: model, destination: 'helper' })
  const [copy] = [(await client.chat({ model: 'helper', messages, options })).message.content]
  expect(copy).toMatch(/Paris/)
  await client.delete({ model: 'helper' })
  await expect(client.show({ model: 'helper' })).rejects.toMatchObject({ status_code: 404 })
  // The other name is as it was.
  expect((await client.chat({ model, messages, options })).message.content).toBe(copy)
})

it('refuses what the model cannot do with a 400 that says so', async () => {
  await expect(client.chat({ model, messages, think: true })).rejects.toMatchObject({
    status_code: 400,
    message: expect.stringMatching(/think/i),
  })
  const images = [Buffer.from('89504e470d0a1a0a', 'hex')]
  await expect(client.chat({ model, messages: [{ role: 'user', content: 'x', images }] })).rejects.toMatchObject({
    status_code: 400,
    message: expect.stringMatching(/image|see/i),
  })
  const long = [{ role: 'user', content: 'word '.repeat(9000) }]
  await expect(client.chat({ model, messages: long })).rejects.toMatchObject({ status_code: 400 })
  await expect(client.generate({ model: 'nobody-has-this', prompt: 'x' })).rejects.toMatchObject({ status_code: 404 })
})

it('loads, keeps and unloads as it is told', async () => {
  expect((await client.generate({ model, prompt: '', keep_alive: 0 })).done_reason).toBe('unload')
  expect((await client.ps()).models).toEqual([])
  expect((await client.generate({ model, prompt: '', keep_alive: '1h' })).done_reason).toBe('load')
  const [running] = (await client.ps()).models
  expect(new Date(running?.expires_at ?? 0).getTime() - Date.now()).toBeGreaterThan(50 * 60_000)
})

it('stops when the client aborts', async () => {
  const stream = await client.chat({
    model,
    messages: [{ role: 'user', content: 'Tell a very long story.' }],
    options: { num_predict: 1500 },
    stream: true,
  })
  const read = async (): Promise<void> => {
    for await (const part of stream) if (part.message.content) stream.abort()
  }
  await expect(read()).rejects.toThrow(/abort/i)
  for (;;) {
    const [loaded] = await real.server.loaded()
    if (loaded?.status?.active === 0) break
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
})
