import OpenAI from 'openai'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { hashApiKey } from '../../src/core/index.ts'
import { type TestServer, testServer } from '../../src/server/testing/testServer.ts'

let t: TestServer
let client: OpenAI
let baseURL: string
const apiKey = 'sk-test-0123456789'

beforeAll(async () => {
  t = testServer({ settings: { apiKeys: [hashApiKey(apiKey)] } })
  baseURL = `${(await t.server.listen()).url}/v1`
  client = new OpenAI({ baseURL, apiKey, maxRetries: 0 })
})
afterAll(() => t.close())

const model = 'test'
const user = (content: string): { role: 'user'; content: string }[] => [{ role: 'user', content }]
const tools = [
  { type: 'function' as const, function: { name: 'weather', parameters: { type: 'object', properties: {} } } },
]

it('chats, streamed and not', async () => {
  const whole = await client.chat.completions.create({ model, messages: user('Hi') })
  expect(whole.choices[0]!.message.content).toBe('You said: Hi')
  expect(whole._request_id).toMatch(/^req_/)
  let text = ''
  let total = 0
  const stream = await client.chat.completions.create({
    model,
    messages: user('Hi'),
    stream: true,
    stream_options: { include_usage: true },
  })
  for await (const chunk of stream) {
    text += chunk.choices[0]?.delta.content ?? ''
    total = chunk.usage?.total_tokens ?? total
  }
  expect(text).toBe('You said: Hi')
  expect(total).toBe(whole.usage!.total_tokens)
})

it('calls tools through the streaming helper, and parses JSON', async () => {
  const stream = client.chat.completions.stream({ model, messages: user('Hi'), tools, tool_choice: 'required' })
  const final = await stream.finalChatCompletion()
  const [call] = final.choices[0]!.message.tool_calls!
  expect(call!.type === 'function' && JSON.parse(call!.function.arguments)).toEqual({ city: 'Paris', days: 3 })
  const schema = { type: 'object', properties: { city: { type: 'string' } } }
  const parsed = await client.chat.completions.parse({
    model,
    messages: user('Hi'),
    response_format: { type: 'json_schema', json_schema: { name: 'trip', schema, strict: true } },
  })
  expect(JSON.parse(parsed.choices[0]!.message.content!)).toEqual({ city: 'text' })
})

it('completes, embeds, lists', async () => {
  const completion = await client.completions.create({ model, prompt: 'Hi' })
  expect(completion.choices[0]!.text).toBe('You said: Hi')
  let text = ''
  for await (const chunk of await client.completions.create({ model, prompt: 'Hi', stream: true })) {
    text += chunk.choices[0]!.text
  }
  expect(text).toBe('You said: Hi')
  // The client asks for base64 by itself and decodes it.
  const embedded = await client.embeddings.create({ model, input: ['a', 'b'] })
  expect(embedded.data.map((d) => d.embedding.length)).toEqual([8, 8])
  expect(Math.hypot(...embedded.data[0]!.embedding)).toBeCloseTo(1, 5)
  const ids: string[] = []
  for await (const m of client.models.list()) ids.push(m.id)
  expect(ids).toEqual(['test'])
  expect((await client.models.retrieve('test')).object).toBe('model')
})

it('uses responses, streamed and not, stored and gone on from', async () => {
  const first = await client.responses.create({ model, input: 'Hi' })
  expect(first.output_text).toBe('You said: Hi')
  const stream = client.responses.stream({ model, input: 'Again', previous_response_id: first.id })
  let text = ''
  stream.on('response.output_text.delta', (event) => {
    text += event.delta
  })
  const final = await stream.finalResponse()
  expect(text).toBe('You said: Again')
  expect(final.output_text).toBe(text)
  expect((await client.responses.retrieve(final.id)).id).toBe(final.id)
  const items: string[] = []
  for await (const item of client.responses.inputItems.list(final.id, { order: 'asc', limit: 1 })) {
    items.push('role' in item ? String(item.role) : item.type)
  }
  expect(items).toEqual(['user', 'assistant', 'user'])
  await client.responses.delete(final.id)
  await expect(client.responses.retrieve(final.id)).rejects.toBeInstanceOf(OpenAI.NotFoundError)
})

it('understands every error', async () => {
  const create = (body: object): Promise<unknown> =>
    client.chat.completions.create({ model, messages: user('Hi'), ...body }) as Promise<unknown>
  await expect(create({ model: 'nobody' })).rejects.toMatchObject({ status: 404, code: 'model_not_found' })
  await expect(create({ temperature: -1 })).rejects.toMatchObject({
    status: 400,
    param: 'temperature',
    type: 'invalid_request_error',
  })
  await expect(create({ messages: user('word '.repeat(5000)) })).rejects.toMatchObject({
    code: 'context_length_exceeded',
  })
  await expect(create({ messages: user('[[throw engine_crashed]]') })).rejects.toBeInstanceOf(
    OpenAI.InternalServerError,
  )
  const stranger = new OpenAI({ baseURL, apiKey: 'wrong', maxRetries: 0 })
  await expect(stranger.models.list()).rejects.toBeInstanceOf(OpenAI.AuthenticationError)
})

it('hears of a failure in the middle of a stream', async () => {
  const messages = user('[[say half]][[throw engine_crashed]]')
  const read = async (): Promise<void> => {
    for await (const _ of await client.chat.completions.create({ model, messages, stream: true }));
  }
  await expect(read()).rejects.toMatchObject({ code: 'engine_crashed' })
  const readResponse = async (): Promise<void> => {
    const stream = await client.responses.create({ model, input: messages[0]!.content, stream: true })
    for await (const _ of stream);
  }
  await expect(readResponse()).rejects.toBeInstanceOf(OpenAI.APIError)
})

it('tries again by itself what is worth trying again', async () => {
  const patient = new OpenAI({ baseURL, apiKey, maxRetries: 2 })
  const before = t.engine.requests.length
  await expect(
    patient.chat.completions.create({ model, messages: user('[[throw engine_crashed]]') }),
  ).rejects.toMatchObject({ status: 503 })
  expect(t.engine.requests.length - before).toBe(3)
})
