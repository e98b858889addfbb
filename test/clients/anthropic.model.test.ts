import Anthropic from '@anthropic-ai/sdk'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type RealServer, realServer } from '../support/realServer.ts'

let real: RealServer
let client: Anthropic
let model: string

beforeAll(async () => {
  real = await realServer()
  model = real.model
  client = new Anthropic({ baseURL: real.url, apiKey: 'none', maxRetries: 0 })
})
afterAll(() => real?.[Symbol.asyncDispose]())

const user = (content: string): { role: 'user'; content: string }[] => [{ role: 'user', content }]

it('asks the same streamed and not, and counts what it counts', async () => {
  const ask = { model, max_tokens: 20, temperature: 0, messages: user('What is the capital of France?') }
  const whole = await client.messages.create(ask)
  const final = await client.messages.stream(ask).finalMessage()
  expect(whole.content[0]).toMatchObject({ type: 'text', text: expect.stringMatching(/Paris/) })
  expect(final.content).toEqual(whole.content)
  expect(final.stop_reason).toBe(whole.stop_reason)
  const { input_tokens } = await client.messages.countTokens({ model, messages: ask.messages })
  const { usage } = final
  expect(usage.input_tokens + (usage.cache_read_input_tokens ?? 0)).toBe(input_tokens)
  expect(usage.output_tokens).toBe(whole.usage.output_tokens)
})

it('knows a system prompt and stop sequences', async () => {
  const ask = { model, max_tokens: 24, temperature: 0, messages: user('Count: one, two, three, four.') }
  const free = await client.messages.create({ ...ask, system: 'You count.' })
  const text = free.content[0]?.type === 'text' ? free.content[0].text : ''
  const stop = text.slice(5, 10)
  const stopped = await client.messages.create({ ...ask, system: 'You count.', stop_sequences: [stop] })
  expect(stopped).toMatchObject({ stop_reason: 'stop_sequence', stop_sequence: stop })
  expect(stopped.content[0]).toMatchObject({ text: text.slice(0, text.indexOf(stop)) })
})

it('calls the tool it is told to, with input of the right shape', async () => {
  const choice = {
    model,
    max_tokens: 100,
    temperature: 0,
    messages: user('How warm is it in Paris?'),
    tools: [
      {
        name: 'get_weather',
        input_schema: {
          type: 'object' as const,
          properties: { city: { type: 'string', maxLength: 20 } },
          required: ['city'],
          additionalProperties: false,
        },
      },
    ],
    tool_choice: { type: 'tool' as const, name: 'get_weather' },
  }
  const whole = await client.messages.create(choice)
  const streamed = await client.messages.stream(choice).finalMessage()
  for (const { content, stop_reason } of [whole, streamed]) {
    expect(stop_reason).toBe('tool_use')
    expect(content.at(-1)).toMatchObject({ type: 'tool_use', name: 'get_weather', input: { city: expect.any(String) } })
  }
  const call = whole.content.at(-1)
  const after = await client.messages.create({
    ...choice,
    tool_choice: { type: 'none' },
    max_tokens: 12,
    messages: [
      ...choice.messages,
      { role: 'assistant', content: whole.content },
      {
        role: 'user',
        content: [{ type: 'tool_result', tool_use_id: call?.type === 'tool_use' ? call.id : '', content: '21 °C' }],
      },
    ],
  })
  expect(after.usage.output_tokens).toBeGreaterThan(0)
})

it('understands what is wrong', async () => {
  const ask = { model, max_tokens: 4, messages: user('Hi') }
  await expect(client.messages.create({ ...ask, model: 'nobody-has-this' })).rejects.toBeInstanceOf(
    Anthropic.NotFoundError,
  )
  await expect(client.messages.create({ ...ask, messages: user('word '.repeat(5000)) })).rejects.toBeInstanceOf(
    Anthropic.BadRequestError,
  )
  const image = {
    type: 'image' as const,
    source: { type: 'base64' as const, media_type: 'image/png' as const, data: '' },
  }
  await expect(
    client.messages.create({ ...ask, messages: [{ role: 'user', content: [image] }] }),
  ).rejects.toBeInstanceOf(Anthropic.BadRequestError)
})
