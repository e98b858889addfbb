import Anthropic from '@anthropic-ai/sdk'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { hashApiKey } from '../../src/core/index.ts'
import { type TestServer, testServer } from '../../src/server/testing/testServer.ts'

let t: TestServer
let client: Anthropic
const apiKey = 'sk-ant-test-0123456789'

beforeAll(async () => {
  t = testServer({ settings: { apiKeys: [hashApiKey(apiKey)] } })
  client = new Anthropic({ baseURL: (await t.server.listen()).url, apiKey, maxRetries: 0 })
})
afterAll(() => t.close())

const base = { model: 'test', max_tokens: 100 }
const user = (content: string): { role: 'user'; content: string }[] => [{ role: 'user', content }]
const tools = [{ name: 'weather', input_schema: { type: 'object' as const, properties: {} } }]

it('asks, streamed and not', async () => {
  const whole = await client.messages.create({ ...base, messages: user('Hi') })
  expect(whole.content).toEqual([{ type: 'text', text: 'You said: Hi' }])
  const stream = client.messages.stream({ ...base, messages: user('Hi') })
  let text = ''
  stream.on('text', (delta) => {
    text += delta
  })
  const final = await stream.finalMessage()
  expect(text).toBe('You said: Hi')
  expect(final.content).toEqual([{ type: 'text', text }])
  expect(final.stop_reason).toBe('end_turn')
  expect(final.usage.output_tokens).toBe(3)
  expect(final.usage.input_tokens + final.usage.cache_read_input_tokens!).toBe(3)
})

it('calls tools, streamed and not', async () => {
  const choice = { ...base, messages: user('Hi'), tools, tool_choice: { type: 'tool' as const, name: 'weather' } }
  const whole = await client.messages.create(choice)
  const expected = { type: 'tool_use', name: 'weather', input: { city: 'Paris', days: 3 } }
  expect(whole.content[0]).toMatchObject(expected)
  const streamed = await client.messages.stream(choice).finalMessage()
  expect(streamed.content[0]).toMatchObject(expected)
})

it('counts tokens and lists models', async () => {
  const { input_tokens } = await client.messages.countTokens({ model: 'test', messages: user('Hi') })
  expect(input_tokens).toBe(3)
  const ids: string[] = []
  for await (const m of client.models.list()) ids.push(m.id)
  expect(ids).toEqual(['test'])
})

it('understands every error, also in the middle of a stream', async () => {
  await expect(client.messages.create({ ...base, model: 'nobody', messages: user('x') })).rejects.toBeInstanceOf(
    Anthropic.NotFoundError,
  )
  await expect(client.messages.create({ ...base, max_tokens: -1, messages: user('x') })).rejects.toBeInstanceOf(
    Anthropic.BadRequestError,
  )
  const stranger = client.withOptions({ apiKey: 'wrong' })
  await expect(stranger.messages.create({ ...base, messages: user('x') })).rejects.toBeInstanceOf(
    Anthropic.AuthenticationError,
  )
  const broken = client.messages.stream({ ...base, messages: user('[[say half]][[throw engine_crashed]]') })
  await expect(broken.finalMessage()).rejects.toBeInstanceOf(Anthropic.APIError)
})
