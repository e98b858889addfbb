import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import OpenAI from 'openai'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openSanjha, type Sanjha } from '../../src/app/index.ts'
import { createServer, type Server } from '../../src/server/index.ts'
import { testModelPath } from '../support/testModel.ts'

let home: string
let sanjha: Sanjha
let server: Server
let client: OpenAI
let url: string
let model: string

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'sanjha-real-'))
  sanjha = await openSanjha({
    env: { ...process.env, SANJHA_HOME: home, SANJHA_LOG: 'silent' },
    cwd: home,
    flags: [
      { flag: '--port', key: 'server.port', value: 0 },
      { flag: '--threads', key: 'engine.threads', value: 1 },
      { flag: '--ctx-size', key: 'engine.contextLength', value: 2048 },
    ],
  })
  model = (await sanjha.models.pull(`file://${await testModelPath()}`)).name
  server = createServer(sanjha)
  url = (await server.listen()).url
  server.ready(model)
  client = new OpenAI({ baseURL: `${url}/v1`, apiKey: 'none', maxRetries: 0 })
})
afterAll(async () => {
  await server?.close(0)
  await sanjha?.close()
  await rm(home, { recursive: true, force: true })
})

const user = (content: string): { role: 'user'; content: string }[] => [{ role: 'user', content }]

async function post(path: string, body: object): Promise<Response> {
  return fetch(url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ model, ...body }),
  })
}

it('[API-06] a stream joined is what comes without a stream', async () => {
  const ask = { model, messages: user('Name three colours.'), temperature: 0, max_tokens: 24 }
  const whole = await client.chat.completions.create(ask)
  let text = ''
  for await (const chunk of await client.chat.completions.create({ ...ask, stream: true })) {
    text += chunk.choices[0]?.delta.content ?? ''
  }
  expect(text.length).toBeGreaterThan(5)
  expect(text).toBe(whole.choices[0]!.message.content)
})

it('[API-02][API-30] tokens are counted as they are used, and cached ones are told', async () => {
  const messages = user('Why is the sky blue? Please answer in one short sentence.')
  const { count } = (await (await post('/tokenize', { messages })).json()) as { count: number }
  const first = await client.chat.completions.create({ model, messages, max_tokens: 4 })
  expect(first.usage!.prompt_tokens).toBe(count)
  expect(first.usage!.total_tokens).toBe(count + first.usage!.completion_tokens)
  const second = await client.chat.completions.create({ model, messages, max_tokens: 4 })
  expect(second.usage!.prompt_tokens_details!.cached_tokens).toBeGreaterThan(0)
  const { tokens } = (await (await post('/tokenize', { prompt: 'Hello wörld 🙂' })).json()) as { tokens: number[] }
  const { prompt } = (await (await post('/detokenize', { tokens })).json()) as { prompt: string }
  expect(prompt).toContain('Hello wörld 🙂')
})

it('[API-11][API-10] a seed decides the answer', async () => {
  const ask = async (seed: number): Promise<string> => {
    const { choices } = await client.chat.completions.create({
      model,
      messages: user('Invent a name for a cat.'),
      temperature: 1,
      seed,
      max_tokens: 12,
    })
    return choices[0]!.message.content!
  }
  const [a, b, c] = [await ask(7), await ask(7), await ask(8)]
  expect(a).toBe(b)
  expect(a).not.toBe(c)
})

it('[API-12] a stop string ends the answer and is not in it', async () => {
  const ask = { model, prompt: 'One, two, three, four, five, six, seven,', temperature: 0, max_tokens: 20 }
  const free = await client.completions.create(ask)
  const word = free.choices[0]!.text.trim().slice(2, 8)
  const { choices } = await client.completions.create({ ...ask, stop: [word] })
  expect(free.choices[0]!.text).toContain(word)
  expect(choices[0]!.text).toBe(free.choices[0]!.text.slice(0, free.choices[0]!.text.indexOf(word)))
  expect(choices[0]!.finish_reason).toBe('stop')
})

it('[API-09] log-probabilities belong to the text', async () => {
  const { choices } = await client.chat.completions.create({
    model,
    messages: user('Say hello.'),
    max_tokens: 8,
    temperature: 0,
    logprobs: true,
    top_logprobs: 3,
  })
  const content = choices[0]!.logprobs!.content!
  const bytes = content.flatMap((l) => l.bytes!)
  expect(Buffer.from(bytes).toString()).toBe(choices[0]!.message.content)
  for (const l of content) {
    expect(l.logprob).toBeLessThanOrEqual(0)
    expect(l.top_logprobs).toHaveLength(3)
    expect(l.top_logprobs[0]!.token).toBe(l.token)
  }
})

it('[API-15] a schema is kept to', async () => {
  const schema = {
    type: 'object',
    properties: { name: { type: 'string', maxLength: 20 }, age: { type: 'integer' } },
    required: ['name', 'age'],
    additionalProperties: false,
  }
  const { choices } = await client.chat.completions.create({
    model,
    messages: user('Invent a person.'),
    max_tokens: 80,
    temperature: 0,
    response_format: { type: 'json_schema', json_schema: { name: 'person', schema, strict: true } },
  })
  expect(JSON.parse(choices[0]!.message.content!)).toEqual({ name: expect.any(String), age: expect.any(Number) })
})

it('[API-14][API-24][API-36] what cannot be done is refused with a 400', async () => {
  const refused = async (body: object): Promise<string> => {
    const response = await post('/v1/chat/completions', { messages: user('Hi'), max_tokens: 4, ...body })
    expect(response.status).toBe(400)
    return ((await response.json()) as { error: { code: string } }).error.code
  }
  expect(await refused({ logit_bias: { 999999: 1 } })).toBe('invalid_request')
  expect(await refused({ messages: user('word '.repeat(4000)) })).toBe('context_length_exceeded')
  expect(await refused({ temperature: -1 })).toBe('invalid_request')
  const none = await client.chat.completions.create({ model, messages: user('Hi'), max_tokens: 0 })
  expect([none.choices[0]!.message.content, none.choices[0]!.finish_reason]).toEqual(['', 'length'])
})

it('[API-26] a client that goes away stops the engine', async () => {
  const gone = new AbortController()
  const stream = await client.chat.completions.create(
    { model, messages: user('Tell a very long story.'), stream: true, ignore_eos: true } as never,
    { signal: gone.signal },
  )
  for await (const _ of stream as unknown as AsyncIterable<unknown>) break
  gone.abort()
  const active = (): number => sanjha.engines.list().reduce((sum, m) => sum + (m.status?.active ?? 0), 0)
  for (let i = 0; i < 300 && active() > 0; i++) await new Promise((resolve) => setTimeout(resolve, 20))
  expect(active()).toBe(0)
})

it('the other APIs answer with the same model', async () => {
  const anthropic = await post('/v1/messages', { max_tokens: 6, messages: user('Say hello.') })
  expect(await anthropic.json()).toMatchObject({ type: 'message', usage: { output_tokens: expect.any(Number) } })
  const ollama = await post('/api/chat', { messages: user('Say hello.'), stream: false, options: { num_predict: 6 } })
  expect(await ollama.json()).toMatchObject({ done: true, eval_count: expect.any(Number) })
  const responses = await client.responses.create({ model, input: 'Say hello.', max_output_tokens: 6 })
  expect(responses.output_text.length).toBeGreaterThan(0)
  const metrics = await (await fetch(`${url}/metrics`)).text()
  expect(metrics).toMatch(/sanjha_engine_threads_info\{model_name="[^"]+",reason="[^"]+"\} 1/)
  expect(metrics).toMatch(/vllm:generation_tokens_total\{model_name="[^"]+"\} [1-9]/)
})
