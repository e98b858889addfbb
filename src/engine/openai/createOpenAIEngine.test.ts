import fc from 'fast-check'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import type { Part } from '../contract.ts'
import { describeEngineContract } from '../testing/engineContract.ts'
import { FakeEngine } from '../testing/FakeEngine.ts'
import { askShortly, OpenAIHarness, streamBytes, streaming } from '../testing/OpenAIHarness.ts'
import { codeOf, collect, never, textOfParts, userChat } from '../testing/requests.ts'
import { type OpenAIStub, sendJson, serveOpenAI } from '../testing/serveOpenAI.ts'
import { createOpenAIEngine } from './createOpenAIEngine.ts'

const harness = new OpenAIHarness()
afterEach(() => harness.close())

const contractStubs: OpenAIStub[] = []
afterAll(async () => {
  await Promise.all(contractStubs.map((stub) => stub.close()))
})

describeEngineContract('OpenAI-compatible endpoint over HTTP', async () => {
  const stub = await serveOpenAI(new FakeEngine({ tokenDelayMs: 1 }), 'fake')
  contractStubs.push(stub)
  return createOpenAIEngine({ name: 'stub', baseUrl: stub.baseUrl, model: 'fake' })
})

/** A chat's stream that says these deltas and ends. */
function chunks(deltas: readonly object[]): Uint8Array {
  const choices = [...deltas.map((delta) => ({ delta })), { delta: {}, finish_reason: 'tool_calls' }]
  return Buffer.from(choices.map((choice) => `data: ${JSON.stringify({ choices: [choice] })}\n\n`).join(''))
}

/** The calls of an answer as its reader puts them together. */
function callsOf(parts: readonly Part[]): { id: string; name: string; arguments: string }[] {
  const calls: { id: string; name: string; arguments: string }[] = []
  for (const part of parts) {
    if (part.type !== 'tool-call') continue
    calls[part.index] ??= { id: part.id, name: part.name, arguments: '' }
    calls[part.index]!.arguments += part.argumentsDelta
  }
  return calls
}

describe('recorded streams', () => {
  it('reads a chat of llama-server: text, log-probabilities, usage, timings', async () => {
    const { engine } = await harness.connect(streaming(await streamBytes('llama-server-chat')))
    const parts = await askShortly(engine)
    expect(textOfParts(parts)).toBe("Hello! I'sure I")
    expect(parts[0]).toMatchObject({
      type: 'text',
      logprobs: [{ tokenId: 19556, token: 'Hello', top: [{ token: 'Hello' }, { tokenId: 57, token: 'I' }] }],
    })
    expect(parts.at(-1)).toMatchObject({
      type: 'finish',
      reason: 'length',
      usage: { promptTokens: 33, completionTokens: 6, timings: { promptMs: 187.999, generationMs: 58.576 } },
    })
    expect(engine.status().totals).toMatchObject({ requests: 1, promptTokens: 33, completionTokens: 6 })
  })

  it('reads a completion of llama-server', async () => {
    const { engine } = await harness.connect(streaming(await streamBytes('llama-server-completion')))
    const parts = await collect(engine, { input: { type: 'completion', prompt: 'One, two,' } })
    expect(textOfParts(parts)).toBe(' or three, and')
    expect(parts.at(-1)).toMatchObject({ usage: { promptTokens: 4, completionTokens: 4 } })
  })

  it('reads tool calls: id and name once, arguments piece by piece', async () => {
    const { engine } = await harness.connect(streaming(await streamBytes('tools')))
    const parts = await askShortly(engine)
    const calls = parts.filter((part) => part.type === 'tool-call')
    expect(calls.map(({ index, id, name }) => [index, id, name])).toEqual([
      [0, 'call_a', 'weather'],
      [0, 'call_a', ''],
      [0, 'call_a', ''],
      [1, 'call_b', 'time'],
    ])
    expect(
      calls
        .filter((call) => call.index === 0)
        .map((call) => call.argumentsDelta)
        .join(''),
    ).toBe('{"city": "Zürich"}')
    expect(parts.at(-1)).toMatchObject({ reason: 'tool-calls', usage: { completionTokens: 15, cachedTokens: 0 } })
  })

  const args = (text: string): object => ({ function: { arguments: text } })
  it.each([
    [
      'an index only',
      [
        { index: 0, id: 'a', function: { name: 'f', arguments: '{"x"' } },
        { index: 0, ...args(':1}') },
      ],
    ],
    ['no index', [{ id: 'a', function: { name: 'f', arguments: '{"x"' } }, args(':1}')]],
    [
      'no index but the id',
      [
        { id: 'a', function: { name: 'f' } },
        { id: 'a', ...args('{"x"') },
        { id: 'a', ...args(':1}') },
      ],
    ],
    [
      'an id of its own each',
      [
        { id: 'a', function: { name: 'f' } },
        { id: 'b', ...args('{"x"') },
        { id: 'c', ...args(':1}') },
      ],
    ],
    [
      'odd indices',
      [
        { index: -1, id: 'a', function: { name: 'f' } },
        { index: -1, ...args('{"x":1}') },
      ],
    ],
    [
      'the name after the rest',
      [
        { index: 7, id: 'a' },
        { index: 7, ...args('{"x"') },
        { index: 7, function: { name: 'f', arguments: ':1}' } },
      ],
    ],
    ['an object for arguments', [{ id: 'a', function: { name: 'f', arguments: { x: 1 } } }]],
  ])('puts a tool call together whose pieces have %s', async (_, pieces) => {
    const second = { id: 'z', function: { name: 'g', arguments: '{}' } }
    const { engine } = await harness.connect(
      streaming(chunks([...pieces, second].map((call) => ({ tool_calls: [call] })))),
    )
    expect(callsOf(await askShortly(engine))).toEqual([
      { id: 'a', name: 'f', arguments: '{"x":1}' },
      { id: 'z', name: 'g', arguments: '{}' },
    ])
  })

  it('tells calls of one index apart, and those of one answer that is not streamed', async () => {
    const calls = ['a', 'b', 'c'].map((id) => ({ index: 0, id, function: { name: `f_${id}`, arguments: '{}' } }))
    const streamed = await harness.connect(streaming(chunks(calls.map((call) => ({ tool_calls: [call] })))))
    const whole = await harness.connect(async (_, response) =>
      sendJson(response, {
        choices: [
          { message: { tool_calls: calls.map(({ function: f }) => ({ function: f })) }, finish_reason: 'stop' },
        ],
      }),
    )
    const names = ['f_a', 'f_b', 'f_c']
    expect(callsOf(await askShortly(streamed.engine)).map(({ name }) => name)).toEqual(names)
    const parts = await askShortly(whole.engine)
    expect(callsOf(parts).map(({ name }) => name)).toEqual(names)
    expect(parts.at(-1)).toMatchObject({ reason: 'tool-calls' })
  })

  it('does not take a tool call without a name', async () => {
    const { engine } = await harness.connect(streaming(chunks([{ tool_calls: [{ index: 0, ...args('{}') }] }])))
    expect(await codeOf(askShortly(engine))).toBe('upstream_error')
  })

  it('keeps reasoning apart, under both names it has', async () => {
    const { engine } = await harness.connect(streaming(await streamBytes('reasoning')))
    const parts = await askShortly(engine)
    expect(
      parts
        .filter((part) => part.type === 'reasoning')
        .map((part) => part.text)
        .join(''),
    ).toBe('Two and two.')
    expect(textOfParts(parts)).toBe('Four')
    expect(parts.at(-1)).toMatchObject({
      reason: 'stop',
      stopSequence: 'END',
      usage: { cachedTokens: 8, reasoningTokens: 4 },
    })
  })

  it('reads the same however the bytes are cut', async () => {
    const content = await streamBytes('tools')
    const whole = (await askShortly((await harness.connect(streaming(content))).engine)).slice(0, -1)
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 200 }), async (size) => {
        const { engine } = await harness.connect(streaming(content, size))
        expect((await askShortly(engine)).slice(0, -1)).toEqual(whole)
      }),
      { numRuns: 8 },
    )
  })

  it('takes an answer that was not streamed although it should be', async () => {
    const { engine } = await harness.connect(async (_, response) =>
      sendJson(response, {
        choices: [{ index: 0, message: { role: 'assistant', content: 'Hello.' }, finish_reason: 'stop' }],
        usage: { prompt_tokens: 3, completion_tokens: 2 },
      }),
    )
    const parts = await askShortly(engine)
    expect(textOfParts(parts)).toBe('Hello.')
    expect(parts.at(-1)).toMatchObject({ reason: 'stop', usage: { promptTokens: 3, completionTokens: 2 } })
  })
})

describe('requests', () => {
  it('sends what was asked for and nothing that was not', async () => {
    const { engine, seen } = await harness.connect(streaming(await streamBytes('reasoning')), { apiKey: 'k-123' })
    await collect(engine, { input: userChat('hi') })
    expect(seen.at(-1)?.body).toEqual({
      model: 'm',
      stream: true,
      stream_options: { include_usage: true },
      messages: [{ role: 'user', content: 'hi' }],
    })
    expect(seen.at(-1)?.headers.authorization).toBe('Bearer k-123')
    await collect(engine, {
      input: { ...userChat('hi'), tools: [{ name: 't' }], toolChoice: { name: 't' }, thinking: false },
      maxTokens: 7,
      stop: ['x'],
      sampling: { temperature: 0.5, topK: 3, repeatPenalty: 1.1, seed: 4, logitBias: new Map([[5, -100]]) },
      format: { type: 'json-schema', schema: { type: 'object' } },
      logprobs: 2,
    })
    expect(seen.at(-1)?.body).toMatchObject({
      max_tokens: 7,
      stop: ['x'],
      temperature: 0.5,
      top_k: 3,
      repeat_penalty: 1.1,
      repetition_penalty: 1.1,
      seed: 4,
      logit_bias: { 5: -100 },
      tool_choice: { type: 'function', function: { name: 't' } },
      response_format: { type: 'json_schema', json_schema: { schema: { type: 'object' } } },
      chat_template_kwargs: { enable_thinking: false },
      logprobs: true,
      top_logprobs: 2,
    })
  })

  it('sends images and earlier tool calls in the form of the wire', async () => {
    const { engine, seen } = await harness.connect(streaming(await streamBytes('reasoning')))
    const image = { type: 'image', mediaType: 'image/png', data: Uint8Array.of(1, 2, 3) } as const
    await collect(engine, {
      input: {
        type: 'chat',
        messages: [
          { role: 'user', content: [{ type: 'text', text: 'see' }, image] },
          { role: 'assistant', content: [], toolCalls: [{ id: 'c', name: 'look', arguments: '{}' }] },
          { role: 'tool', toolCallId: 'c', content: [{ type: 'text', text: 'seen' }] },
        ],
      },
    })
    expect(seen.at(-1)?.body.messages).toEqual([
      {
        role: 'user',
        content: [
          { type: 'text', text: 'see' },
          { type: 'image_url', image_url: { url: 'data:image/png;base64,AQID' } },
        ],
      },
      {
        role: 'assistant',
        content: null,
        tool_calls: [{ id: 'c', type: 'function', function: { name: 'look', arguments: '{}' } }],
      },
      { role: 'tool', tool_call_id: 'c', content: 'seen' },
    ])
  })

  it('uses the newer name of the limit once the endpoint asks for it', async () => {
    const stream = streaming(await streamBytes('reasoning'))
    const { engine, seen } = await harness.connect(async (request, response, body) => {
      if ('max_tokens' in body) {
        const message = "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead."
        sendJson(response, { error: { message, code: 'unsupported_parameter', param: 'max_tokens' } }, 400)
      } else await stream(request, response, body)
    })
    await askShortly(engine)
    await askShortly(engine)
    expect(seen.slice(1).map(({ body }) => [body.max_tokens, body.max_completion_tokens])).toEqual([
      [9, undefined],
      [undefined, 9],
      [undefined, 9],
    ])
  })

  it('keeps a path before the version, for the root paths too', async () => {
    const urls: string[] = []
    const stub = await harness.listen(async (request, response) => {
      urls.push(request.url ?? '')
      sendJson(response, { data: [], tokens: [1] })
    })
    const engine = await createOpenAIEngine({
      name: 'peer',
      baseUrl: stub.baseUrl.replace('/v1', '/proxy/v1/'),
      model: 'm',
    })
    await engine.tokenize('hi')
    expect(urls).toEqual(['/proxy/v1/models', '/proxy/tokenize'])
  })
})

describe('what an endpoint may lack', () => {
  it('is unsupported', async () => {
    const { engine } = await harness.connect(async (_, response) =>
      sendJson(response, { error: { message: 'no' } }, 404),
    )
    expect(await codeOf(engine.tokenize('a'))).toBe('unsupported')
    expect(await codeOf(engine.detokenize([1]))).toBe('unsupported')
    expect(await codeOf(engine.renderChat(userChat('a')))).toBe('unsupported')
    expect(await codeOf(engine.rerank('q', ['d'], never))).toBe('unsupported')
  })

  it('is unsupported when the prompt’s log-probabilities are silently left out, as llama-server does', async () => {
    const { engine } = await harness.connect(async (_, response) =>
      sendJson(response, { choices: [{ text: '.', logprobs: { content: [{ token: '.', logprob: -0.4 }] } }] }),
    )
    expect(await codeOf(engine.score([{ context: 'a', continuation: ' b' }], never))).toBe('unsupported')
  })

  it('finds rerank below the root', async () => {
    const { engine } = await harness.connect(async (request, response) => {
      if (request.url === '/rerank') sendJson(response, { results: [{ index: 0, relevance_score: 0.5 }] })
      else sendJson(response, { error: { message: 'no' } }, 404)
    })
    expect(await engine.rerank('q', ['d'], never)).toEqual({ scores: [0.5], tokens: 0 })
  })

  it('reads tokens and prompts as llama-server gives them', async () => {
    const { engine } = await harness.connect(async (request, response) => {
      if (request.url === '/apply-template') sendJson(response, { prompt: '<user>a' })
      else if (request.url === '/detokenize') sendJson(response, { content: 'a' })
      else sendJson(response, { tokens: [1, 2] })
    })
    expect(await engine.renderChat(userChat('a'))).toEqual({ prompt: '<user>a', tokens: [1, 2] })
    expect(await engine.detokenize([1, 2])).toBe('a')
  })
})

describe('embeddings', () => {
  it('reads base64, and shares out the count of tokens', async () => {
    const { engine } = await harness.connect(async (_, response) => {
      const embedding = Buffer.from(Float32Array.of(3, 4).buffer).toString('base64')
      sendJson(response, { data: [{ embedding }, { embedding }], usage: { prompt_tokens: 5 } })
    })
    const { vectors, tokens } = await engine.embed(['a', 'bbbb'], {}, never)
    expect([...(vectors[0] ?? [])].map((value) => value.toFixed(3))).toEqual(['0.600', '0.800'])
    expect(tokens).toEqual([1, 4])
    expect((await engine.embed(['a', 'b'], { normalize: false }, never)).vectors[1]).toEqual(Float32Array.of(3, 4))
  })

  it('does not accept fewer than were asked for', async () => {
    const { engine } = await harness.connect(async (_, response) =>
      sendJson(response, { data: [{ index: 1, embedding: [1] }] }),
    )
    expect(await codeOf(engine.embed(['a', 'b'], {}, never))).toBe('upstream_error')
  })
})
