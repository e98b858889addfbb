import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { allRoutes } from './allRoutes.ts'
import { openApiPath } from './openApi.ts'
import { type TestServer, testServer } from './testing/testServer.ts'

let t: TestServer
beforeAll(() => {
  t = testServer()
})
afterAll(() => t.close())

const message = [{ role: 'user', content: 'Hi' }]
/** A body that is right, from which wrong ones are made. */
const right: Readonly<Record<string, object>> = {
  '/v1/chat/completions': {
    model: 'test',
    messages: [
      ...message,
      { role: 'assistant', content: null, tool_calls: [{ id: 'a', function: { name: 'f', arguments: '{}' } }] },
    ],
    n: 2,
    stream: true,
    stream_options: { include_usage: true },
    response_format: {
      type: 'json_schema',
      json_schema: { name: 'a', schema: { type: 'object', properties: { a: {} } } },
    },
    tools: [{ type: 'function', function: { name: 'f', parameters: { type: 'object' } } }],
    tool_choice: 'auto',
    logit_bias: { 5: 1 },
    stop: ['x'],
  },
  '/v1/completions': { model: 'test', prompt: ['a', 'b'], echo: true, logprobs: 2, stop: 'x', max_tokens: 5 },
  '/v1/embeddings': { model: 'test', input: ['a', 'b'], encoding_format: 'base64', dimensions: 4 },
  '/v1/responses': {
    model: 'test',
    input: [
      { role: 'user', content: [{ type: 'input_text', text: 'Hi' }] },
      { type: 'function_call_output', call_id: 'a', output: 'b' },
    ],
    previous_response_id: 'resp_1',
    tools: [{ type: 'function', name: 'f' }],
    text: { format: { type: 'json_object' } },
  },
  '/v1/score': { model: 'test', text_1: 'a', text_2: ['a', 'b'] },
  '/v1/rerank': { model: 'test', query: 'a', documents: ['a', { text: 'b' }], top_n: 1 },
  '/tokenize': { model: 'test', messages: message },
  '/detokenize': { model: 'test', tokens: [0] },
  '/v1/messages': {
    model: 'test',
    max_tokens: 5,
    system: [{ type: 'text', text: 'a' }],
    messages: [
      { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'a', content: [{ type: 'text', text: 'b' }] }] },
    ],
    tools: [{ name: 'f', input_schema: { type: 'object' } }],
    tool_choice: { type: 'tool', name: 'f' },
    stream: true,
  },
  '/v1/messages/count_tokens': { model: 'test', messages: message },
  '/api/chat': {
    model: 'test',
    messages: [
      ...message,
      { role: 'assistant', tool_calls: [{ function: { name: 'f', arguments: {} } }] },
      { role: 'tool', content: 'x' },
    ],
    format: { type: 'object' },
    options: { num_ctx: 100, temperature: 1, stop: ['a'] },
    keep_alive: '5m',
    think: true,
  },
  '/api/generate': { model: 'test', prompt: 'Hi', context: [0], options: { seed: 3 }, format: 'json' },
  '/api/embed': { model: 'test', input: ['a'], truncate: true },
  '/api/embeddings': { model: 'test', prompt: 'a' },
  '/api/show': { model: 'test' },
  '/api/copy': { source: 'test', destination: 'other' },
  '/api/delete': { model: 'nobody' },
  '/api/pull': { model: 'broken' },
  '/sanjha/v1/models/pull': { model: 'broken', force: true },
  '/sanjha/v1/models/resolve': { model: 'hf://org/repo' },
  '/sanjha/v1/loaded': { model: 'test', contextLength: 512, keepAlive: '5m' },
  '/sanjha/v1/settings/{key}': { value: '5m' },
  '/sanjha/v1/remotes': { name: 'team', baseUrl: 'http://127.0.0.1:9/v1', apiKey: 'a' },
  '/sanjha/v1/remotes/test': { baseUrl: 'http://127.0.0.1:9/v1', apiKey: 'a' },
  '/sanjha/v1/models/{name}/copy': { target: 'other' },
  '/sanjha/v1/chats': { title: 'a', data: { a: 1 } },
  '/sanjha/v1/chats/import': { format: 'sanjha.chats', version: 1, chats: [{ id: 'a', messages: [] }] },
  '/sanjha/v1/chats/{id}': { title: 'a', pinned: true },
  '/sanjha/v1/chats/{id}/messages': { role: 'user', text: 'a', parentId: null },
  '/sanjha/v1/chats/{id}/select': { messageId: 'a' },
  '/sanjha/v1/answers/{messageId}/tools/{callId}': { allow: true, forChat: true, name: 'a__b', arguments: '{}' },
  '/sanjha/v1/chats/{id}/answers': {
    model: 'test',
    parentId: 'a',
    message: { text: 'a', data: { attachments: [{ type: 'text', name: 'a', text: 'b' }] } },
    system: 'a',
    settings: { temperature: 1, stop: ['x'], response_format: { type: 'json_object' } },
    overflow: 'leave_out',
  },
  '/sanjha/v1/chats/{id}/context': {
    model: 'test',
    leafId: 'a',
    system: 'a',
    settings: { max_tokens: 5 },
    draft: { text: 'a', data: {} },
  },
  '/sanjha/v1/messages/{id}': { text: 'a' },
}

const odd = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    true,
    '',
    'x',
    [],
    {},
    0,
    -1,
    1e308,
    2 ** 53,
    [[]],
    [{}],
    '\u0000',
    '__proto__',
    'nobody',
  ),
  fc.jsonValue({ maxDepth: 3 }),
)

/** The right body with one value, anywhere in it, replaced, added or taken away. */
function spoiled(body: object): fc.Arbitrary<unknown> {
  const paths = [...pathsOf(body)]
  return fc
    .tuple(fc.constantFrom(...paths), fc.option(odd, { nil: undefined }), fc.string())
    .map(([path, value, extra]) => {
      const copy = structuredClone(body) as Record<string, unknown>
      let at: Record<string, unknown> = copy
      for (const key of path.slice(0, -1)) at = at[key] as Record<string, unknown>
      const last = path.at(-1)!
      if (value === undefined) delete at[last]
      else at[last] = value
      if (extra.length > 5) copy[extra] = value
      return copy
    })
}

function* pathsOf(value: unknown, prefix: readonly string[] = []): Iterable<readonly string[]> {
  if (typeof value !== 'object' || value === null) return
  for (const key of Object.keys(value)) {
    yield [...prefix, key]
    yield* pathsOf((value as Record<string, unknown>)[key], [...prefix, key])
  }
}

/** Asks real hosts; it is in settings.test.ts. */
const doctor = '/sanjha/v1/doctor/findings'
const withBody = allRoutes.filter((r) => r.body !== undefined && r.path !== doctor)

describe('a thousand malformed requests', () => {
  it('every route that reads a body is tried', () => {
    expect(withBody.map((r) => openApiPath(r.path)).filter((path) => right[path] === undefined)).toEqual([])
    expect(withBody.length * 60).toBeGreaterThan(1000)
  })

  it.each(withBody.map((r) => [r.method, openApiPath(r.path)] as const))('%s %s', async (method, path) => {
    const target = path.replaceAll(/\{\w+\}/g, 'test')
    const bodies = fc.oneof(
      { weight: 6, arbitrary: spoiled(right[path]!).map((body) => JSON.stringify(body)) },
      { weight: 2, arbitrary: fc.json() },
      { weight: 1, arbitrary: fc.string({ unit: 'binary' }) },
      { weight: 1, arbitrary: fc.json().map((text) => text.slice(0, -1)) },
    )
    const types = fc.constantFrom(
      'application/json',
      'application/json',
      'text/plain',
      'application/json; charset=x',
      '',
    )
    await fc.assert(
      fc.asyncProperty(bodies, types, async (body, type) => {
        const response = await t.request(method, target, body, { 'content-type': type })
        const text = await response.text()
        if (response.status === 500 || text.includes('"internal"')) throw new Error(`${response.status}: ${text}`)
        if (response.status >= 400) expect(JSON.parse(text)).toHaveProperty('error')
      }),
      { numRuns: 60 },
    )
    expect(t.pool.held).toBe(0)
  })

  it('paths and queries of any kind', async () => {
    // What lasts as long as its listener is heard in events.test.ts.
    const paths = allRoutes.filter((r) => r.method === 'GET' && !r.lasting).map((r) => openApiPath(r.path))
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...paths),
        fc.webPath(),
        fc.dictionary(
          fc.constantFrom('limit', 'order', 'after', 'before', 'q', 'leaf', 'state', 'folder'),
          fc.string(),
        ),
        async (path, name, query) => {
          const target = path.replaceAll(/\{\w+\}/g, name.slice(1) || 'x')
          const response = await t.request('GET', `${target}?${new URLSearchParams(query)}`)
          const text = await response.text()
          if (response.status === 500) throw new Error(`${response.status}: ${text}`)
        },
      ),
      { numRuns: 300 },
    )
  })

  it('and the server still answers', async () => {
    expect((await t.json('POST', '/v1/chat/completions', { model: 'test', messages: message })).status).toBe(200)
  })
})
