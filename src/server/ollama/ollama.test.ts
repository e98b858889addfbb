import { afterEach, beforeEach, expect, it } from 'vitest'
import { TestEngine } from '../../gateway/testing/TestEngine.ts'
import { type Json, type TestServer, testServer } from '../testing/testServer.ts'
import { chatAnswer, generateAnswer } from './responseSchemas.ts'

let t: TestServer
beforeEach(() => {
  t = testServer()
})
afterEach(() => t.close())

const user = [{ role: 'user', content: 'Hi' }]

async function refused(path: string, body: object): Promise<string> {
  const answer = await t.json('POST', path, { model: 'test', ...body })
  expect(answer.status).toBe(400)
  return answer.body.error
}

it('a stream ends in one line that counts and times', async () => {
  const lines = await t.lines('/api/chat', { model: 'test', messages: user })
  for (const line of lines) chatAnswer.parse(line)
  expect(lines.map((l) => l.done)).toEqual([...lines.slice(1).map(() => false), true])
  const last = lines.at(-1)
  expect(last).toMatchObject({ done_reason: 'stop', prompt_eval_count: 3, eval_count: 3, load_duration: 12_000_000 })
  for (const field of ['total_duration', 'prompt_eval_duration', 'eval_duration']) {
    expect(Number.isInteger(last[field])).toBe(true)
  }
  const response = await t.request('POST', '/api/generate', { model: 'test', prompt: 'Hi' })
  expect(response.headers.get('content-type')).toBe('application/x-ndjson')
  const generated = (await response.text())
    .trim()
    .split('\n')
    .map((l): Json => JSON.parse(l))
  for (const line of generated) generateAnswer.parse(line)
  expect(generated.map((l) => l.response).join('')).toBe('You said: Hi')
})

it('options reach the engine in its own words', async () => {
  await t.lines('/api/chat', {
    model: 'test',
    messages: user,
    keep_alive: '1h30m',
    options: {
      num_ctx: 777,
      num_predict: 5,
      temperature: 0.3,
      top_k: 9,
      top_p: 0.8,
      min_p: 0.1,
      typical_p: 0.9,
      repeat_penalty: 1.2,
      repeat_last_n: 32,
      presence_penalty: 0.1,
      frequency_penalty: 0.2,
      mirostat: 1,
      mirostat_tau: 4,
      mirostat_eta: 0.2,
      stop: ['END', ''],
      num_gpu: 99,
      num_thread: 4,
    },
  })
  expect(t.pool.acquired.at(-1)!.options).toEqual({ load: { contextLength: 777 }, keepAliveMs: 5_400_000 })
  expect(t.engine.requests.at(-1)).toMatchObject({
    maxTokens: 5,
    stop: ['END'],
    sampling: {
      temperature: 0.3,
      topK: 9,
      topP: 0.8,
      minP: 0.1,
      typicalP: 0.9,
      repeatPenalty: 1.2,
      repeatLastN: 32,
      presencePenalty: 0.1,
      frequencyPenalty: 0.2,
      mirostat: { version: 1, tau: 4, eta: 0.2 },
    },
  })
  await t.lines('/api/chat', { model: 'test', messages: user, options: { num_predict: -1, seed: -1, mirostat: 0 } })
  expect(t.engine.requests.at(-1)).not.toHaveProperty('maxTokens')
  expect(t.engine.requests.at(-1)!.sampling).toEqual({})
})

it('keep_alive is a duration or seconds, and nothing else', async () => {
  for (const [given, expected] of [
    ['5m', 300_000],
    [30, 30_000],
    ['30', 30_000],
    [-1, Number.POSITIVE_INFINITY],
    ['-1m', Number.POSITIVE_INFINITY],
    ['250ms', 250],
  ] as const) {
    await t.lines('/api/chat', { model: 'test', messages: user, keep_alive: given })
    expect([given, t.pool.acquired.at(-1)!.options.keepAliveMs]).toEqual([given, expected])
  }
  expect(await refused('/api/chat', { messages: user, keep_alive: 'soon' })).toContain('keep_alive')
})

it('a model kept for no time at all is held until the answer with its context is whole', async () => {
  const held: number[] = []
  const tokenize = t.engine.tokenize.bind(t.engine)
  t.engine.tokenize = async (text) => {
    held.push(t.pool.held)
    return tokenize(text)
  }
  const [last] = (await t.lines('/api/generate', { model: 'test', prompt: 'Hi', keep_alive: 0 })).slice(-1)
  expect(last.context).toHaveLength(6)
  expect(held.at(-1)).toBe(1)
  // Once for all steps: it would be loaded for each of them anew.
  expect(t.pool.acquired).toHaveLength(1)
  expect(t.pool.held).toBe(0)
})

it('who waits for a place holds no model that others may need the memory of', async () => {
  const narrow = testServer({ settings: { maxConcurrent: 1, maxQueue: 5 } })
  try {
    const first = await narrow.request('POST', '/api/chat', {
      model: 'test',
      messages: [{ role: 'user', content: '[[say half]][[stall]]' }],
    })
    const waiting = (
      [
        ['/api/generate', { prompt: 'Hi' }],
        ['/api/chat', { messages: user, think: true }],
        ['/v1/chat/completions', { messages: user, reasoning_effort: 'high' }],
        ['/v1/completions', { prompt: 'Hi', echo: true, logprobs: 1 }],
        ['/v1/messages', { messages: user, max_tokens: 5 }],
      ] as const
    ).map(([path, body]) => narrow.json('POST', path, { model: 'test', stream: false, ...body }))
    await expect.poll(() => narrow.sanjha.metrics.render()).toMatch(/^sanjha_gateway_requests_waiting 5$/m)
    expect(narrow.pool.held).toBe(1)
    await first.body!.cancel()
    expect((await Promise.all(waiting)).map(({ status }) => status)).toEqual([200, 200, 200, 200, 200])
  } finally {
    await narrow.close()
  }
})

it('unloads what it knows, loaded or not, and says of the rest that there is none', async () => {
  for (const path of ['/api/generate', '/api/chat']) {
    const unload = (model: string) => t.json('POST', path, { model, keep_alive: 0 })
    await t.lines(path, { model: 'test', ...(path === '/api/chat' ? { messages: user } : { prompt: 'Hi' }) })
    expect((await unload('test')).body).toMatchObject({ done: true, done_reason: 'unload' })
    expect(t.pool.list()).toEqual([])
    expect((await unload('test')).status).toBe(200)
    const unknown = await unload('tess')
    expect([unknown.status, unknown.body.code]).toEqual([404, 'model_not_found'])
    expect(unknown.body.error).toContain('Did you mean test?')
  }
})

it('what is not stored cannot be removed, and is not unloaded either', async () => {
  const remote = testServer({ engines: { 'team/gpt': new TestEngine() } })
  try {
    const messages = user
    await remote.json('POST', '/api/chat', { model: 'team/gpt', messages, stream: false })
    for (const [path, body] of [
      ['/api/delete', { model: 'team/gpt' }],
      [`/sanjha/v1/models/${encodeURIComponent('team/gpt')}`, undefined],
    ] as const) {
      expect((await remote.json('DELETE', path, body)).status).toBe(404)
      expect(remote.pool.list()).toHaveLength(1)
    }
    await remote.json('POST', '/api/chat', { model: 'test', messages, stream: false })
    expect((await remote.json('DELETE', '/api/delete', { model: 'test' })).status).toBe(200)
    expect(remote.pool.list().map(({ model }) => model)).toEqual(['team/gpt'])
  } finally {
    await remote.close()
  }
})

it('raw prompts and suffixes pass by the template', async () => {
  await t.lines('/api/generate', { model: 'test', prompt: '<raw>', raw: true })
  expect(t.engine.requests.at(-1)!.input).toEqual({ type: 'completion', prompt: '<raw>' })
  const [last] = (await t.lines('/api/generate', { model: 'test', prompt: 'a', suffix: 'b' })).slice(-1)
  expect(t.engine.requests.at(-1)!.input).toEqual({ type: 'completion', prompt: 'a', suffix: 'b' })
  expect(last.context).toBeUndefined()
})

it('a tool’s answer finds its call, by name or by order', async () => {
  const call = (name: string): object => ({ function: { name, arguments: { a: 1 } } })
  await t.lines('/api/chat', {
    model: 'test',
    messages: [
      { role: 'user', content: 'Go' },
      { role: 'assistant', content: '', tool_calls: [call('one'), call('two')], thinking: 'Hm.' },
      { role: 'tool', tool_name: 'two', content: '2' },
      { role: 'tool', content: '1' },
    ],
  })
  const { input } = t.engine.requests.at(-1)!
  if (input.type !== 'chat') throw new Error('not a chat')
  const [, assistant, second, first] = input.messages
  const ids = assistant!.role === 'assistant' ? assistant!.toolCalls!.map((c) => c.id) : []
  expect(assistant).toMatchObject({
    reasoning: 'Hm.',
    toolCalls: [{ name: 'one', arguments: '{"a":1}' }, { name: 'two' }],
  })
  expect(second).toMatchObject({ role: 'tool', toolCallId: ids[1], name: 'two' })
  expect(first).toMatchObject({ role: 'tool', toolCallId: ids[0], name: 'one' })
})

it('think, log-probabilities and formats are passed on', async () => {
  const body = { model: 'test', messages: user, stream: false, logprobs: true, top_logprobs: 2 }
  const { body: answer } = await t.json('POST', '/api/chat', { ...body, think: false })
  chatAnswer.parse(answer)
  expect(answer.logprobs).toHaveLength(3)
  expect(answer.logprobs[0].top_logprobs).toHaveLength(2)
  expect(t.engine.requests.at(-1)!.input).toMatchObject({ thinking: false })
  await t.json('POST', '/api/chat', { ...body, think: 'high', format: '' })
  expect(t.engine.requests.at(-1)!.input).toMatchObject({ thinking: true })
  expect(t.engine.requests.at(-1)!.format).toBeUndefined()
})

it('what is wrong or not offered is refused in one clear sentence', async () => {
  expect((await t.json('POST', '/api/chat', { messages: user })).body.error).toContain('`model` is required')
  expect(await refused('/api/generate', { prompt: 'x', template: '{{ .Prompt }}' })).toContain('raw: true')
  expect(await refused('/api/generate', { prompt: 'x', images: ['bm90IGFuIGltYWdl'] })).toContain('images[0]')
  expect(await refused('/api/generate', { prompt: 'x', images: ['iVBORw0KGgo='] })).toContain('cannot see')
  expect(await refused('/api/chat', { messages: [{ role: 'robot' }] })).toContain('messages[0].role')
  expect(await refused('/api/chat', { messages: user, format: 'xml' })).toContain('format')
  expect(await refused('/api/chat', { messages: user, options: { temperature: -1 } })).toContain('options.temperature')
  expect(await refused('/api/create', {})).toContain('sanjha pull file:')
  expect(await refused('/api/push', {})).toContain('sanjha push')
  expect(await refused('/api/pull', { insecure: true })).toContain('`insecure`')
})

it('who asks a model to think that cannot is told so', async () => {
  const plain = testServer({ engines: { test: new TestEngine({ capabilities: { thinking: false } }) } })
  try {
    for (const [path, question] of [
      ['/api/chat', { messages: user }],
      ['/api/generate', { prompt: 'Hi' }],
    ] as const) {
      const ask = (body: object) => plain.json('POST', path, { model: 'test', stream: false, ...question, ...body })
      const { status, body } = await ask({ think: true })
      expect({ status, error: body.error }).toEqual({
        status: 400,
        error: expect.stringContaining('does not support thinking'),
      })
      expect((await ask({ think: false })).status).toBe(200)
      expect((await ask({})).status).toBe(200)
      const streamed = await plain.request('POST', path, { model: 'test', ...question, think: true })
      expect(streamed.status).toBe(400)
      expect(plain.pool.held).toBe(0)
    }
  } finally {
    await plain.close()
  }
})

it('what raw prompts and images cannot be combined with is refused, not dropped', async () => {
  const image = 'iVBORw0KGgo='
  expect(await refused('/api/generate', { prompt: 'x', raw: true, system: 'Be brief.' })).toContain('`system`')
  expect(await refused('/api/generate', { prompt: 'x', raw: true, context: [1] })).toContain('`context`')
  expect(await refused('/api/generate', { prompt: 'x', suffix: 'y', context: [1] })).toContain('`context`')
  expect(await refused('/api/generate', { prompt: 'x', images: [image], context: [1] })).toContain('`context`')
  expect(await refused('/api/generate', { prompt: 'x', raw: true, images: [image] })).toContain('`images`')
})

it('a failure in the middle is the last line', async () => {
  const messages = [{ role: 'user', content: '[[say half]][[throw engine_crashed]]' }]
  const lines = await t.lines('/api/chat', { model: 'test', messages })
  expect(lines.at(-1)).toEqual({ error: expect.stringContaining('Thrown on demand'), code: 'engine_crashed' })
  expect(lines.some((l) => l.done)).toBe(false)
  expect(t.pool.held).toBe(0)
})
