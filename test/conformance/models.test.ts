import { afterEach, beforeEach, expect, it } from 'vitest'
import { TestEngine } from '../../src/gateway/testing/TestEngine.ts'
import {
  detokenizeResponse,
  embeddingList,
  modelList,
  modelObject,
  rerankResponse,
  scoreResponse,
  textCompletion,
  tokenizeResponse,
} from '../../src/server/openai/responseSchemas.ts'
import { type Json, type TestServer, testServer } from '../../src/server/testing/testServer.ts'

let t: TestServer
beforeEach(() => {
  t = testServer()
})
afterEach(() => t.close())

async function ok(path: string, body: object): Promise<Json> {
  const answer = await t.json('POST', path, { model: 'test', ...body })
  expect(answer.body.error).toBeUndefined()
  expect(answer.status).toBe(200)
  return answer.body
}

async function refused(path: string, body: object, param: string): Promise<void> {
  const answer = await t.json('POST', path, { model: 'test', ...body })
  expect([answer.status, answer.body.error?.param]).toEqual([400, param])
}

it('[API-01] a completion says what it is', async () => {
  const body = await ok('/v1/completions', { prompt: 'Hi' })
  textCompletion.parse(body)
  expect(body.id).toMatch(/^cmpl-\w+$/)
  expect(body.object).toBe('text_completion')
  expect(body.choices[0]).toEqual({ index: 0, text: 'You said: Hi', logprobs: null, finish_reason: 'stop' })
})

it('[API-13] prompts may be text or tokens, one or many', async () => {
  const path = '/v1/completions'
  const texts = async (prompt: unknown, more: object = {}): Promise<string[]> =>
    (await ok(path, { prompt, ...more })).choices.map((c: Json) => c.text)
  expect(await texts('a')).toEqual(['You said: a'])
  expect(await texts(['a', 'b'])).toEqual(['You said: a', 'You said: b'])
  const { tokens } = await ok('/tokenize', { prompt: 'one two' })
  expect(await texts(tokens)).toHaveLength(1)
  expect(t.engine.requests.at(-1)!.input).toEqual({ type: 'completion', prompt: tokens })
  expect(await texts([tokens, tokens])).toHaveLength(2)
  expect(await texts('')).toEqual(['You said: '])
  expect(await texts('a b', { echo: true })).toEqual(['a bYou said: a b'])
  expect(await texts(tokens, { echo: true })).toEqual(['one twoYou said: '])
  expect(await texts(['a', 'b'], { n: 2 })).toEqual(['You said: a', 'You said: a', 'You said: b', 'You said: b'])
  const usage = (await ok(path, { prompt: ['a b c', 'd'], n: 2 })).usage
  expect(usage.prompt_tokens).toBe(4)
  expect(usage.completion_tokens).toBe(2 * 5 + 2 * 3)
  expect((await ok(path, { prompt: '[[repeat 99 x]]' })).usage.completion_tokens).toBe(16)
  await refused(path, { prompt: [] }, 'prompt')
  await refused(path, { prompt: [[1], 'a'] }, 'prompt[0]')
  await refused(path, { prompt: { a: 1 } }, 'prompt')
  await refused(path, {}, 'prompt')
  await refused(path, { prompt: 'a', best_of: 3 }, 'best_of')
})

it('[API-09] a completion’s log-probabilities belong to its text, echo included', async () => {
  const { choices } = await ok('/v1/completions', { prompt: 'one two three', echo: true, logprobs: 2 })
  const { tokens, token_logprobs, top_logprobs, text_offset } = choices[0].logprobs
  expect(tokens.join('')).toBe(choices[0].text)
  expect(token_logprobs[0]).toBeNull()
  expect(token_logprobs.slice(1).every((l: number) => l <= 0)).toBe(true)
  expect(top_logprobs[0]).toBeNull()
  expect(Object.keys(top_logprobs[1])).toHaveLength(2)
  for (const [i, offset] of text_offset.entries()) expect(choices[0].text.startsWith(tokens[i], offset)).toBe(true)
  await refused('/v1/completions', { prompt: 'x', logprobs: 21 }, 'logprobs')
  await refused('/v1/completions', { prompt: 'x', prompt_logprobs: -1 }, 'prompt_logprobs')
})

it('[API-28] embeddings are the same in both forms', async () => {
  const input = ['alpha', 'beta', 'gamma delta']
  const body = await ok('/v1/embeddings', { input })
  embeddingList.parse(body)
  expect(body.data.map((d: Json) => d.index)).toEqual([0, 1, 2])
  const packed = await ok('/v1/embeddings', { input, encoding_format: 'base64' })
  for (const [i, { embedding }] of packed.data.entries()) {
    const bytes = Buffer.from(embedding, 'base64')
    const decoded = Array.from({ length: bytes.length / 4 }, (_, k) => bytes.readFloatLE(k * 4))
    expect(decoded).toEqual(body.data[i].embedding)
    expect(Math.hypot(...decoded)).toBeCloseTo(1, 5)
    const alone = await ok('/v1/embeddings', { input: input[i] })
    expect(alone.data[0].embedding).toEqual(body.data[i].embedding)
  }
  const short = await ok('/v1/embeddings', { input: 'alpha', dimensions: 4 })
  expect(short.data[0].embedding).toHaveLength(4)
  expect(body.usage).toEqual({ prompt_tokens: 4, total_tokens: 4 })
  const { tokens } = await ok('/tokenize', { prompt: 'alpha' })
  expect((await ok('/v1/embeddings', { input: tokens })).data[0].embedding).toEqual(body.data[0].embedding)
  for (const [bad, param] of [
    [{ input: [] }, 'input'],
    [{}, 'input'],
    [{ input: 'x', dimensions: 0 }, 'dimensions'],
    [{ input: 'x', dimensions: 99 }, 'dimensions'],
    [{ input: 'x', encoding_format: 'hex' }, 'encoding_format'],
  ] as const) {
    await refused('/v1/embeddings', bad, param)
  }
})

it('[API-29] documents come most relevant first', async () => {
  const documents = ['red fox', 'blue sea', 'red red', 'grey']
  const body = await ok('/v1/rerank', { query: 'red', documents })
  rerankResponse.parse(body)
  expect(body.results.map((r: Json) => r.index)).toEqual([2, 0, 1, 3])
  const scores = body.results.map((r: Json) => r.relevance_score)
  expect(scores).toEqual([...scores].sort((a, b) => b - a))
  for (const { index, document } of body.results) expect(document.text).toBe(documents[index])
  const two = await ok('/v1/rerank', { query: 'red', documents, top_n: 2, return_documents: false })
  expect(two.results).toEqual([
    { index: 2, relevance_score: scores[0] },
    { index: 0, relevance_score: scores[1] },
  ])
  const mirrored = await ok('/v1/rerank', { query: 'red', documents: documents.toReversed().map((text) => ({ text })) })
  const byText = (r: Json): Map<string, number> =>
    new Map(r.results.map((x: Json) => [x.document.text, x.relevance_score]))
  expect(byText(mirrored)).toEqual(byText(body))
  await refused('/v1/rerank', { query: 'x', documents: [] }, 'documents')
  await refused('/v1/rerank', { documents: ['x'] }, 'query')
  await refused('/v1/rerank', { query: 'x', documents: ['x'], top_n: -1 }, 'top_n')
})

it('[API-29] pairs of texts are scored, one against many or each against its own', async () => {
  const scores = async (text_1: Json, text_2: Json): Promise<number[]> => {
    const body = await ok('/v1/score', { text_1, text_2 })
    scoreResponse.parse(body)
    expect(body.data.map((r: Json) => r.index)).toEqual(body.data.map((_: Json, i: number) => i))
    expect(body.usage.total_tokens).toBeGreaterThan(0)
    return body.data.map((r: Json) => r.score)
  }
  const many = ['red fox', 'blue sea', 'red red']
  const ranked = await ok('/v1/rerank', { query: 'red', documents: many })
  const byIndex = new Map(ranked.results.map((r: Json) => [r.index, r.relevance_score]))
  const oneToMany = await scores('red', many)
  expect(oneToMany).toEqual(many.map((_, i) => byIndex.get(i)))
  expect(await scores(['red', 'red', 'red'], many)).toEqual(oneToMany)
  expect((await scores(many, 'red')).length).toBe(3)
  expect(await scores('red', 'red fox')).toEqual(oneToMany.slice(0, 1))
  await refused('/v1/score', { text_1: ['a', 'b'], text_2: ['a', 'b', 'c'] }, 'text_2')
  await refused('/v1/score', { text_1: [], text_2: 'a' }, 'text_1')
  await refused('/v1/score', { text_1: 'a' }, 'text_2')
})

it('[API-29] a model that cannot rerank scores by its embeddings, alike both ways', async () => {
  await t.close()
  t = testServer({ engines: { test: new TestEngine({ capabilities: { rerank: false } }) } })
  const texts = ['red fox', 'blue sea', 'the red fox']
  const there = (await ok('/v1/score', { text_1: 'red fox', text_2: texts })).data.map((r: Json) => r.score)
  const back = (await ok('/v1/score', { text_1: texts, text_2: 'red fox' })).data.map((r: Json) => r.score)
  expect(back).toEqual(there)
  expect(there[0]).toBeCloseTo(1, 5)
  for (const value of there) expect(Math.abs(value)).toBeLessThanOrEqual(1 + 1e-6)
})

it('[API-30] tokens turn back into their text, and are counted alike everywhere', async () => {
  for (const prompt of ['one two  three\n', 'ünï 漢字 🙂', '']) {
    const body = await ok('/tokenize', { prompt, return_token_strs: true })
    tokenizeResponse.parse(body)
    expect(body.count).toBe(body.tokens.length)
    expect(body.token_strs.join('')).toBe(prompt)
    const back = await ok('/detokenize', { tokens: body.tokens })
    detokenizeResponse.parse(back)
    expect(back.prompt).toBe(prompt)
    expect((await ok('/v1/completions', { prompt })).usage.prompt_tokens).toBe(body.count)
  }
  const messages = [{ role: 'user', content: 'How many?' }]
  const { count, max_model_len } = await ok('/tokenize', { messages })
  expect((await ok('/v1/chat/completions', { messages })).usage.prompt_tokens).toBe(count)
  expect(max_model_len).toBe(4096)
  expect((await ok('/tokenize', { content: 'one two', with_pieces: true })).token_strs).toEqual(['one', ' two'])
  await refused('/tokenize', {}, 'prompt')
  await refused('/tokenize', { prompt: 'x', messages }, 'prompt')
  await refused('/detokenize', { tokens: [-1] }, 'tokens[0]')
  const unknown = await t.json('POST', '/detokenize', { model: 'test', tokens: [999_999] })
  expect(unknown.status).toBe(400)
})

it('[API-33] models are listed as clients expect', async () => {
  const { body } = await t.json('GET', '/v1/models')
  modelList.parse(body)
  expect(body.object).toBe('list')
  expect(body.data).toEqual([
    {
      id: 'test',
      object: 'model',
      created: Date.parse('2026-11-24T08:00:00Z') / 1000,
      owned_by: 'sanjha',
      root: 'test',
      parent: null,
      max_model_len: 2048,
    },
  ])
  await ok('/v1/completions', { prompt: 'Hi' })
  const one = await t.json('GET', '/v1/models/test')
  modelObject.parse(one.body)
  // Loaded, it has the context it was loaded with.
  expect(one.body).toEqual({ ...body.data[0], max_model_len: 4096 })
  await t.sanjha.models.copy('test', 'hf://org/repo/file.gguf')
  for (const id of ['hf://org/repo/file.gguf', encodeURIComponent('hf://org/repo/file.gguf')]) {
    expect((await t.json('GET', `/v1/models/${id}`)).body.id).toBe('hf://org/repo/file.gguf')
  }
  const anthropic = await t.json('GET', '/v1/models', undefined, { 'anthropic-version': '2023-06-01' })
  expect(anthropic.body).toMatchObject({ data: [{ type: 'model', id: 'test' }, {}], has_more: false, first_id: 'test' })
  const unknown = await t.json('GET', '/v1/models/nobody', undefined, { 'anthropic-version': '2023-06-01' })
  expect([unknown.status, unknown.body]).toMatchObject([404, { type: 'error', error: { type: 'not_found_error' } }])
  expect((await t.json('GET', '/v1/models/nobody')).body).toMatchObject({ error: { code: 'model_not_found' } })
})
