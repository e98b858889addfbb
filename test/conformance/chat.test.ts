import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { TestEngine, vocabularySize } from '../../src/gateway/testing/TestEngine.ts'
import { chatCompletion } from '../../src/server/openai/responseSchemas.ts'
import { type Json, type TestServer, testServer } from '../../src/server/testing/testServer.ts'

let t: TestServer
beforeEach(() => {
  t = testServer()
})
afterEach(() => t.close())

const path = '/v1/chat/completions'
const user = (content: unknown): object[] => [{ role: 'user', content }]

async function chat(content: unknown, more: object = {}): Promise<Json> {
  const { status, body } = await t.json('POST', path, { model: 'test', messages: user(content), ...more })
  expect(body.error).toBeUndefined()
  expect(status).toBe(200)
  chatCompletion.parse(body)
  return body
}

async function refused(body: object, param: string | null, code = 'invalid_request'): Promise<Json> {
  const answer = await t.json('POST', path, { model: 'test', messages: user('Hi'), ...body })
  expect(answer.body).toEqual({ error: { message: expect.any(String), type: 'invalid_request_error', param, code } })
  expect(answer.status).toBe(400)
  return answer.body.error
}

const weather = {
  type: 'function',
  function: { name: 'weather', description: 'Tells it', parameters: { type: 'object', properties: {} } },
}

describe('shape', () => {
  it('[API-01] a chat answer says what it is', async () => {
    const before = Math.floor(Date.now() / 1000)
    const body = await chat('Hi')
    expect(body.id).toMatch(/^chatcmpl-\w+$/)
    expect(body.object).toBe('chat.completion')
    expect(body.created).toBeGreaterThanOrEqual(before)
    expect(body.model).toBe('test')
    expect(body.choices).toHaveLength(1)
    expect(body.choices[0].message).toEqual({ role: 'assistant', content: 'You said: Hi', refusal: null })
  })

  it('[API-02] the usage adds up, and tells what was cached', async () => {
    const first = await chat('one two three')
    const { prompt_tokens, completion_tokens, total_tokens } = first.usage
    expect(total_tokens).toBe(prompt_tokens + completion_tokens)
    expect(first.usage.prompt_tokens_details.cached_tokens).toBe(0)
    const second = await chat('one two three')
    expect(second.usage.prompt_tokens).toBe(prompt_tokens)
    expect(second.usage.prompt_tokens_details.cached_tokens).toBe(prompt_tokens - 1)
  })

  it('[API-03] the finish reason tells why the answer ended', async () => {
    expect((await chat('Hi')).choices[0].finish_reason).toBe('stop')
    for (const limit of ['max_tokens', 'max_completion_tokens']) {
      const cut = await chat('[[repeat 9 word]]', { [limit]: 3 })
      expect(cut.choices[0].finish_reason).toBe('length')
      expect(cut.usage.completion_tokens).toBe(3)
    }
    const called = await chat('[[tool weather {}]]', { tools: [weather] })
    expect(called.choices[0].finish_reason).toBe('tool_calls')
  })

  it('thinking is kept apart from the answer', async () => {
    const { choices, usage } = await chat('[[think Hm, well.]][[say Yes.]]')
    expect(choices[0].message.content).toBe('Yes.')
    expect(choices[0].message.reasoning_content).toBe('Hm, well.')
    expect(usage.completion_tokens_details.reasoning_tokens).toBe(2)
  })
})

describe('log-probabilities', () => {
  it('[API-08] come only when asked for, and at most twenty', async () => {
    expect((await chat('Hi')).choices[0].logprobs).toBeNull()
    expect((await chat('Hi', { logprobs: false })).choices[0].logprobs).toBeNull()
    const none = await chat('Hi', { logprobs: true, top_logprobs: 0 })
    expect(none.choices[0].logprobs.content.every((l: Json) => l.top_logprobs.length === 0)).toBe(true)
    const five = await chat('Hi', { logprobs: true, top_logprobs: 5 })
    expect(five.choices[0].logprobs.content[0].top_logprobs).toHaveLength(5)
    await refused({ logprobs: true, top_logprobs: 21 }, 'top_logprobs')
    await refused({ top_logprobs: 2 }, 'top_logprobs')
    await chat('Hi')
  })

  it('[API-09] belong to the text, token by token', async () => {
    const { choices } = await chat('[[say One twö three 🙂]]', { logprobs: true, top_logprobs: 2 })
    const { content } = choices[0].logprobs
    expect(content.map((l: Json) => l.token).join('')).toBe(choices[0].message.content)
    const bytes = content.flatMap((l: Json) => l.bytes)
    expect(Buffer.from(bytes).toString()).toBe(choices[0].message.content)
    for (const l of content) expect(l.logprob).toBeLessThanOrEqual(0)
    await refused({ prompt_logprobs: -1 }, 'prompt_logprobs')
  })
})

describe('sampling', () => {
  it('[API-10] several answers have their own index and end', async () => {
    const { choices, usage } = await chat('Hi', { n: 3 })
    expect(choices.map((c: Json) => c.index)).toEqual([0, 1, 2])
    expect(choices.map((c: Json) => c.finish_reason)).toEqual(['stop', 'stop', 'stop'])
    expect(usage.completion_tokens).toBe(9)
    expect(usage.prompt_tokens).toBe((await chat('Hi')).usage.prompt_tokens)
    await refused({ n: 0 }, 'n')
    await refused({ n: 129 }, 'n')
  })

  it('[API-11] a seed decides the answer', async () => {
    const text = async (seed: number): Promise<string> =>
      (await chat('Hi', { seed, temperature: 1 })).choices[0].message.content
    expect(await text(7)).toBe(await text(7))
    expect(await text(7)).not.toBe(await text(8))
    const both = await chat('Hi', { seed: 7, temperature: 1, n: 2 })
    expect(both.choices[0].message.content).not.toBe(both.choices[1].message.content)
    await chat('Hi', { seed: -5 })
    await chat('Hi', { seed: 2 ** 60 })
    expect(t.engine.requests.at(-1)!.sampling!.seed).toBe(0)
  })

  it('[API-12] a stop string ends the answer and is not in it', async () => {
    const one = await chat('[[say alpha beta gamma]]', { stop: 'beta' })
    expect(one.choices[0].message.content).toBe('alpha ')
    expect(one.choices[0].finish_reason).toBe('stop')
    const many = await chat('[[say alpha beta gamma]]', { stop: ['nothing', 'a b'] })
    expect(many.choices[0].message.content).toBe('alph')
    await refused({ stop: '' }, 'stop')
    await refused({ stop: [1] }, 'stop[0]')
  })

  it('[API-14] a bias is taken for tokens that exist', async () => {
    await chat('Hi', { logit_bias: { 17: -100, '4': 2.5 } })
    expect(t.engine.requests.at(-1)!.sampling!.logitBias).toEqual(
      new Map([
        [4, 2.5],
        [17, -100],
      ]),
    )
    await refused({ logit_bias: { [vocabularySize]: 1 } }, 'logit_bias')
    await refused({ logit_bias: { word: 1 } }, 'logit_bias')
    await refused({ logit_bias: { 3: 101 } }, 'logit_bias.3')
  })

  it('[API-36] limits are checked, and unknown fields ignored', async () => {
    const none = await chat('Hi', { max_tokens: 0 })
    expect(none.choices[0].message.content).toBe('')
    expect(none.choices[0].finish_reason).toBe('length')
    await chat('Hi', { max_tokens: 10 ** 12 })
    await refused({ max_tokens: -1 }, 'max_tokens')
    await refused({ max_tokens: 1.5 }, 'max_tokens')
    await refused({ temperature: -0.1 }, 'temperature')
    await refused({ temperature: 'warm' }, 'temperature')
    await refused({ top_p: 1.5 }, 'top_p')
    await chat('Hi', { something_new: { a: 1 }, user: 'me', metadata: {}, temperature: null, stop: null })
  })

  it('parameters of vLLM and llama.cpp reach the engine', async () => {
    await chat('Hi', { top_k: 40, min_p: 0.05, repetition_penalty: 1.1, dry_multiplier: 0.8, mirostat: 2, top_p: 0.9 })
    expect(t.engine.requests.at(-1)!.sampling).toEqual({
      topK: 40,
      minP: 0.05,
      repeatPenalty: 1.1,
      topP: 0.9,
      dry: { multiplier: 0.8 },
      mirostat: { version: 2 },
    })
  })

  it('so do XTC, and all that DRY and mirostat can be told', async () => {
    const sent = async (fields: object): Promise<unknown> => {
      await chat('Hi', fields)
      return t.engine.requests.at(-1)!.sampling
    }
    expect(await sent({ xtc_probability: 0.5, xtc_threshold: 0.2 })).toEqual({
      xtc: { probability: 0.5, threshold: 0.2 },
    })
    expect(await sent({ xtc_probability: 0.5 })).toEqual({ xtc: { probability: 0.5 } })
    expect(await sent({ dry_multiplier: 0.8, dry_base: 1.5, dry_allowed_length: 3, dry_penalty_last_n: 100 })).toEqual({
      dry: { multiplier: 0.8, base: 1.5, allowedLength: 3, lastN: 100 },
    })
    expect(await sent({ mirostat: 1, mirostat_tau: 4, mirostat_eta: 0.2 })).toEqual({
      mirostat: { version: 1, tau: 4, eta: 0.2 },
    })
    expect(await sent({ mirostat: 0 })).toEqual({})
    expect(await sent({ typical_p: 0.7, repeat_penalty: 1.2, repeat_last_n: -1 })).toEqual({
      typicalP: 0.7,
      repeatPenalty: 1.2,
      repeatLastN: -1,
    })
    await refused({ xtc_probability: 1.5 }, 'xtc_probability')
    await refused({ xtc_probability: 1, xtc_threshold: -0.1 }, 'xtc_threshold')
  })
})

describe('structured output', () => {
  const schema = { type: 'object', properties: { city: { type: 'string' }, days: { type: 'integer' } } }

  it('[API-15] JSON and schemas are kept to', async () => {
    const object = await chat('Hi', { response_format: { type: 'json_object' } })
    expect(JSON.parse(object.choices[0].message.content)).toEqual({ ok: true })
    const format = { type: 'json_schema', json_schema: { name: 'trip', strict: true, schema } }
    const trip = await chat('Hi', { response_format: format })
    expect(JSON.parse(trip.choices[0].message.content)).toEqual({ city: 'text', days: 7 })
    expect(t.engine.requests.at(-1)!.format).toEqual({ type: 'json-schema', schema, name: 'trip' })
    await refused({ response_format: { type: 'json_schema' } }, 'response_format.json_schema')
    await refused(
      { response_format: { type: 'json_schema', json_schema: { name: 'x' } } },
      'response_format.json_schema.schema',
    )
    await refused(
      { response_format: { type: 'json_schema', json_schema: { schema: { type: 'strang' } } } },
      'response_format.json_schema.schema',
    )
    await refused(
      { response_format: { type: 'json_schema', json_schema: { schema: { $ref: '#/x' } } } },
      'response_format',
    )
    await refused({ response_format: { type: 'xml' } }, 'response_format.type')
  })

  it('a choice of texts becomes a grammar', async () => {
    await t.json('POST', path, { messages: user('Hi'), structured_outputs: { choice: ['yes', 'n"o'] } })
    expect(t.engine.requests.at(-1)!.format).toEqual({ type: 'grammar', grammar: 'root ::= "yes" | "n\\"o"\n' })
  })
})

describe('messages', () => {
  it('[API-16] content may be a list of parts', async () => {
    const parts = [
      { type: 'text', text: 'one ' },
      { type: 'text', text: 'two' },
    ]
    expect((await chat(parts)).choices[0].message.content).toBe('You said: one two')
    await refused({ messages: user([{ type: 'smell', smell: 'sweet' }]) }, 'messages[0].content[0].type')
    await refused({ messages: user([]) }, 'messages[0].content')
  })

  it('[API-19] a tool’s result is taken', async () => {
    const messages = [
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: 'Weather?' },
      {
        role: 'assistant',
        content: null,
        tool_calls: [{ id: 'call_1', type: 'function', function: { name: 'weather', arguments: '{"city":"Paris"}' } }],
      },
      { role: 'tool', tool_call_id: 'call_1', content: 'Sunny' },
    ]
    const { status } = await t.json('POST', path, { model: 'test', messages, tools: [weather] })
    expect(status).toBe(200)
    const { input } = t.engine.requests.at(-1)!
    expect(input.type === 'chat' && input.messages.slice(2)).toEqual([
      { role: 'assistant', content: [], toolCalls: [{ id: 'call_1', name: 'weather', arguments: '{"city":"Paris"}' }] },
      { role: 'tool', content: [{ type: 'text', text: 'Sunny' }], toolCallId: 'call_1' },
    ])
  })

  it('[API-20] broken messages are refused, each with its place', async () => {
    for (const [messages, param] of [
      [null, 'messages'],
      ['Hi', 'messages'],
      [[], 'messages'],
      [[123], 'messages[0]'],
      [[{}], 'messages[0].role'],
      [[{ role: 'wizard', content: 'Hi' }], 'messages[0].role'],
      [[{ role: 'user' }], 'messages[0].content'],
      [[{ role: 'user', content: 5 }], 'messages[0].content'],
      [[{ role: 'assistant' }], 'messages[0].content'],
      [[{ role: 'tool', content: 'x' }], 'messages[0].tool_call_id'],
    ] as const) {
      await refused({ messages }, param)
    }
    await refused({ messages: undefined }, 'messages')
  })

  it('[API-24] what does not fit is refused, not cut', async () => {
    const long = 'word '.repeat(5000)
    const answer = await t.json('POST', path, { model: 'test', messages: user(long) })
    expect(answer.status).toBe(400)
    expect(answer.body.error.code).toBe('context_length_exceeded')
    expect(answer.body.error.message).toMatch(/\d+ tokens/)
  })

  it('[API-35] images are taken as data and not fetched from private places', async () => {
    const png = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='
    const image = (url: string): object => ({ messages: user([{ type: 'image_url', image_url: { url } }]) })
    const blind = await refused(image(`data:image/png;base64,${png}`), 'messages', 'unsupported')
    expect(blind.message).toMatch(/cannot see/)
    for (const url of [
      'file:///etc/passwd',
      'ftp://example.org/a.png',
      'http://127.0.0.1/a.png',
      'http://localhost:9000/a.png',
      'http://[::1]/a.png',
      'http://[::ffff:127.0.0.1]/a.png',
      'http://169.254.169.254/latest/meta-data',
      'http://10.0.0.8/a.png',
      'http://192.168.1.1/a.png',
      'http://0x7f000001/a.png',
      'http://2130706433/a.png',
      'http://printer.local/a.png',
    ]) {
      await refused(image(url), 'messages[0].content[0].image_url', 'forbidden')
    }
    for (const url of [
      '../secret.png',
      'data:image/png;base64,!!',
      'data:text/plain,hello',
      'data:image/png;base64,aGVsbG8=',
    ]) {
      await refused(image(url), 'messages[0].content[0].image_url')
    }
    // A model that cannot see never makes the server fetch.
    await refused(image('https://example.org/a.png'), 'messages', 'unsupported')

    const seeing = testServer({ engines: { test: new TestEngine({ capabilities: { vision: true } }) } })
    const seen = await seeing.json('POST', path, { model: 'test', ...image(`data:image/png;base64,${png}`) })
    expect(seen.body.choices[0].message.content).toBe('I see image/png')
    await seeing.close()
  })
})

describe('tools', () => {
  const call = async (more: object): Promise<Json> =>
    (await chat('[[say no tool]]', { tools: [weather], ...more })).choices[0]

  it('[API-17] the choice is heeded', async () => {
    expect((await call({ tool_choice: 'none' })).message.tool_calls).toBeUndefined()
    expect((await call({ tool_choice: 'auto' })).message.tool_calls).toBeUndefined()
    for (const tool_choice of ['required', { type: 'function', function: { name: 'weather' } }]) {
      const { message, finish_reason } = await call({ tool_choice, parallel_tool_calls: false })
      expect(finish_reason).toBe('tool_calls')
      expect(message.content).toBeNull()
      expect(message.tool_calls).toHaveLength(1)
      expect(message.tool_calls[0].function.name).toBe('weather')
      expect(JSON.parse(message.tool_calls[0].function.arguments)).toEqual({ city: 'Paris', days: 3 })
    }
    expect(t.engine.requests.at(-1)!.input).toMatchObject({ parallelToolCalls: false, toolChoice: { name: 'weather' } })
    await refused({ tools: [weather], tool_choice: { type: 'function', function: { name: 'other' } } }, 'tool_choice')
    await refused({ tool_choice: 'required' }, 'tool_choice')
    await refused({ tools: [weather], tool_choice: 'perhaps' }, 'tool_choice')
    await refused({ tools: [{ type: 'robot' }] }, 'tools[0].type')
    await refused({ functions: [] }, 'functions')
  })
})
