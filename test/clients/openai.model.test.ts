import { Ajv } from 'ajv'
import OpenAI from 'openai'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type RealServer, realServer } from '../support/realServer.ts'

let real: RealServer
let client: OpenAI
let model: string

beforeAll(async () => {
  real = await realServer()
  model = real.model
  client = new OpenAI({ baseURL: `${real.url}/v1`, apiKey: 'none', maxRetries: 0 })
})
afterAll(() => real?.[Symbol.asyncDispose]())

const user = (content: string): { role: 'user'; content: string }[] => [{ role: 'user', content }]
const ajv = new Ajv()
const weather = {
  type: 'object',
  properties: { city: { type: 'string', maxLength: 20 }, unit: { enum: ['celsius', 'fahrenheit'] } },
  required: ['city', 'unit'],
  additionalProperties: false,
}
const tools = [
  {
    type: 'function' as const,
    function: { name: 'get_weather', description: 'Tells the weather', parameters: weather },
  },
]

it('chats the same streamed and not, and counts the same', async () => {
  const ask = { model, messages: user('What is the capital of France?'), temperature: 0, max_tokens: 24 }
  const whole = await client.chat.completions.create(ask)
  let text = ''
  let usage: OpenAI.CompletionUsage | null | undefined
  let finish: string | null = null
  for await (const chunk of await client.chat.completions.create({
    ...ask,
    stream: true,
    stream_options: { include_usage: true },
  })) {
    text += chunk.choices[0]?.delta.content ?? ''
    finish = chunk.choices[0]?.finish_reason ?? finish
    usage = chunk.usage ?? usage
  }
  expect(text).toMatch(/Paris/)
  expect(text).toBe(whole.choices[0]?.message.content)
  expect(finish).toBe(whole.choices[0]?.finish_reason)
  expect(usage?.completion_tokens).toBe(whole.usage?.completion_tokens)
  expect(usage?.prompt_tokens).toBe(whole.usage?.prompt_tokens)
})

it('calls a tool when it must, and its arguments match the schema', async () => {
  const ask = { model, messages: user('How warm is it in Paris?'), tools, temperature: 0, max_tokens: 100 }
  const check = ajv.compile(weather)
  const whole = await client.chat.completions.create({ ...ask, tool_choice: 'required' })
  const streamed = await client.chat.completions
    .stream({ ...ask, tool_choice: { type: 'function', function: { name: 'get_weather' } } })
    .finalChatCompletion()
  for (const { choices } of [whole, streamed]) {
    expect(choices[0]?.finish_reason).toBe('tool_calls')
    const [call] = choices[0]?.message.tool_calls ?? []
    if (call?.type !== 'function') throw new Error('No function was called.')
    expect(call.function.name).toBe('get_weather')
    expect(check(JSON.parse(call.function.arguments)), call.function.arguments).toBe(true)
  }
  // The result of a tool finds its way into the next prompt.
  const [call] = whole.choices[0]?.message.tool_calls ?? []
  const after = await client.chat.completions.create({
    model,
    temperature: 0,
    max_tokens: 16,
    messages: [
      ...user('How warm is it in Paris?'),
      whole.choices[0]?.message as OpenAI.ChatCompletionMessageParam,
      { role: 'tool', tool_call_id: call?.id ?? '', content: '{"celsius": 21}' },
    ],
  })
  expect(after.usage?.prompt_tokens).toBeGreaterThan((whole.usage?.prompt_tokens ?? 0) / 2)
  expect(after.choices[0]?.message.content).toBeTruthy()
})

it('never calls a tool when it must not', async () => {
  const { choices } = await client.chat.completions.create({
    model,
    messages: user('How warm is it in Paris?'),
    tools,
    tool_choice: 'none',
    max_tokens: 8,
  })
  expect(choices[0]?.message.tool_calls ?? []).toEqual([])
})

it('keeps to a JSON schema, whatever the temperature', async () => {
  const schema = {
    type: 'object',
    properties: {
      title: { type: 'string', maxLength: 24 },
      year: { type: 'integer', minimum: 1900, maximum: 2100 },
      tags: { type: 'array', items: { enum: ['a', 'b', 'c'] }, minItems: 1, maxItems: 3 },
      rating: { anyOf: [{ type: 'null' }, { type: 'boolean' }] },
    },
    required: ['title', 'year', 'tags', 'rating'],
    additionalProperties: false,
  }
  const check = ajv.compile(schema)
  for (const seed of [1, 2, 3]) {
    const { choices } = await client.chat.completions.create({
      model,
      messages: user('Invent a film.'),
      temperature: 1.5,
      seed,
      max_tokens: 150,
      response_format: { type: 'json_schema', json_schema: { name: 'film', schema, strict: true } },
    })
    const text = choices[0]?.message.content ?? ''
    expect(check(JSON.parse(text)), text).toBe(true)
  }
  const free = await client.chat.completions.create({
    model,
    messages: user('Answer with a small JSON object.'),
    temperature: 0,
    max_tokens: 200,
    response_format: { type: 'json_object' },
  })
  if (free.choices[0]?.finish_reason === 'stop') {
    expect(JSON.parse(free.choices[0]?.message.content ?? '')).toBeTypeOf('object')
  } else expect(free.choices[0]?.message.content?.trimStart()).toMatch(/^\{/)
})

it('tells log-probabilities, the same streamed and not', async () => {
  const ask = { model, messages: user('Say hello.'), temperature: 0, max_tokens: 6, logprobs: true, top_logprobs: 4 }
  const whole = (await client.chat.completions.create(ask)).choices[0]?.logprobs?.content ?? []
  const streamed: OpenAI.ChatCompletionTokenLogprob[] = []
  for await (const chunk of await client.chat.completions.create({ ...ask, stream: true })) {
    streamed.push(...(chunk.choices[0]?.logprobs?.content ?? []))
  }
  expect(whole.length).toBeGreaterThan(1)
  expect(streamed.map((l) => l.token)).toEqual(whole.map((l) => l.token))
  for (const { top_logprobs } of whole) {
    const sum = top_logprobs.reduce((total, l) => total + Math.exp(l.logprob), 0)
    expect(sum).toBeGreaterThan(0)
    expect(sum).toBeLessThanOrEqual(1.0001)
    expect(top_logprobs.map((l) => l.logprob)).toEqual(top_logprobs.map((l) => l.logprob).toSorted((a, b) => b - a))
  }
  const legacy = await client.completions.create({
    model,
    prompt: 'Once upon a',
    max_tokens: 3,
    logprobs: 2,
    temperature: 0,
  })
  const { tokens, token_logprobs, top_logprobs, text_offset } = legacy.choices[0]?.logprobs ?? {}
  expect([tokens?.length, token_logprobs?.length, top_logprobs?.length, text_offset?.length]).toEqual([3, 3, 3, 3])
  expect(tokens?.join('')).toBe(legacy.choices[0]?.text)
})

it('gives several answers, each its own; the same seed gives the same ones', async () => {
  const ask = { model, messages: user('Invent a name for a cat.'), temperature: 1, max_tokens: 10, n: 2 }
  const texts = async (seed: number): Promise<(string | null)[]> =>
    (await client.chat.completions.create({ ...ask, seed })).choices.map((c) => c.message.content)
  const first = await texts(5)
  expect(first).toHaveLength(2)
  expect(first[0]).not.toBe(first[1])
  expect(await texts(5)).toEqual(first)
  const streamed = ['', '']
  for await (const chunk of await client.chat.completions.create({ ...ask, seed: 5, stream: true })) {
    for (const { index, delta } of chunk.choices) streamed[index] += delta.content ?? ''
  }
  expect(streamed).toEqual(first)
})

it('stops at a string, and never shows a part of it', async () => {
  const ask = { model, prompt: 'One, two, three, four, five, six,', temperature: 0, max_tokens: 30 }
  const free = (await client.completions.create(ask)).choices[0]?.text ?? ''
  const stop = free.slice(7, 12)
  let text = ''
  for await (const chunk of await client.completions.create({ ...ask, stop, stream: true })) {
    text += chunk.choices[0]?.text ?? ''
    expect(free.startsWith(text)).toBe(true)
  }
  expect(text).toBe(free.slice(0, free.indexOf(stop)))
})

it('embeds: the base64 that the client asks for is the numbers that others get', async () => {
  const input = ['The cat sits on the mat.', 'A kitten lies on the rug.', 'Stock markets fell on Monday.']
  const { data, usage } = await client.embeddings.create({ model, input })
  const plain = await client.embeddings.create({ model, input, encoding_format: 'float' })
  expect(usage.prompt_tokens).toBeGreaterThan(10)
  for (const [i, { embedding, index }] of data.entries()) {
    expect(index).toBe(i)
    expect(embedding).toHaveLength(576)
    expect(Math.hypot(...embedding)).toBeCloseTo(1, 4)
    for (const [j, value] of (plain.data[i]?.embedding ?? []).entries()) expect(embedding[j]).toBeCloseTo(value, 3)
  }
  const dot = (a: number, b: number): number =>
    (data[a]?.embedding ?? []).reduce((sum, value, i) => sum + value * (data[b]?.embedding[i] ?? 0), 0)
  expect(dot(0, 1)).toBeGreaterThan(dot(0, 2))
})

it('responses: streamed, stored, gone on from, with a tool', async () => {
  const first = await client.responses.create({
    model,
    input: 'My name is Ada. Please remember it.',
    max_output_tokens: 16,
    temperature: 0,
  })
  expect(first.output_text.length).toBeGreaterThan(0)
  const stream = client.responses.stream({
    model,
    input: 'And now say hello.',
    previous_response_id: first.id,
    max_output_tokens: 16,
    temperature: 0,
  })
  let text = ''
  const kinds = new Set<string>()
  stream.on('event', (event) => kinds.add(event.type))
  stream.on('response.output_text.delta', ({ delta }) => {
    text += delta
  })
  const second = await stream.finalResponse()
  expect(second.output_text).toBe(text)
  expect(second.previous_response_id).toBe(first.id)
  // The conversation so far is part of the prompt.
  expect(second.usage?.input_tokens).toBeGreaterThan((first.usage?.input_tokens ?? 0) + 10)
  expect([...kinds]).toEqual(expect.arrayContaining(['response.created', 'response.output_item.added']))
  expect((await client.responses.retrieve(second.id)).output_text).toBe(text)
  const called = await client.responses.create({
    model,
    input: 'How warm is it in Paris?',
    tools: [{ type: 'function', name: 'get_weather', parameters: weather, strict: true }],
    tool_choice: 'required',
    max_output_tokens: 100,
    temperature: 0,
  })
  const call = called.output.find((item) => item.type === 'function_call')
  expect(ajv.compile(weather)(JSON.parse(call?.arguments ?? ''))).toBe(true)
  const unstored = await client.responses.create({ model, input: 'Hi', store: false, max_output_tokens: 4 })
  await expect(client.responses.retrieve(unstored.id)).rejects.toBeInstanceOf(OpenAI.NotFoundError)
})

it('says what is wrong in a way that the client understands', async () => {
  const create = (body: object): Promise<unknown> =>
    client.chat.completions.create({ model, messages: user('Hi'), max_tokens: 4, ...body }) as Promise<unknown>
  await expect(create({ model: 'nobody-has-this' })).rejects.toMatchObject({ status: 404, code: 'model_not_found' })
  await expect(create({ messages: user('word '.repeat(5000)) })).rejects.toMatchObject({
    status: 400,
    code: 'context_length_exceeded',
  })
  const image = { type: 'image_url', image_url: { url: 'data:image/png;base64,iVBORw0KGgo=' } }
  await expect(create({ messages: [{ role: 'user', content: [image] }] })).rejects.toMatchObject({ status: 400 })
  await expect(create({ temperature: 'hot' })).rejects.toMatchObject({ status: 400, param: 'temperature' })
  await expect(
    create({ response_format: { type: 'json_schema', json_schema: { name: 'x', schema: { type: 'nonsense' } } } }),
  ).rejects.toMatchObject({ status: 400 })
})
