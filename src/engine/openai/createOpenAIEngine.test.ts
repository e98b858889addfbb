import { readFile } from 'node:fs/promises'
import type { IncomingHttpHeaders } from 'node:http'
import fc from 'fast-check'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import type { Engine, Part } from '../contract.ts'
import { describeEngineContract } from '../testing/engineContract.ts'
import { FakeEngine } from '../testing/FakeEngine.ts'
import { codeOf, collect, failureOf, never, textOfParts, userChat } from '../testing/requests.ts'
import { listen, type OpenAIStub, sendJson, serveOpenAI } from '../testing/serveOpenAI.ts'
import { createOpenAIEngine, type OpenAIEngineOptions } from './createOpenAIEngine.ts'

const stubs: OpenAIStub[] = []
const contractStubs: OpenAIStub[] = []
afterEach(async () => {
  await Promise.all(stubs.splice(0).map((stub) => stub.close()))
})
afterAll(async () => {
  await Promise.all(contractStubs.splice(0).map((stub) => stub.close()))
})

describeEngineContract('OpenAI-compatible endpoint over HTTP', async () => {
  const stub = await serveOpenAI(new FakeEngine({ tokenDelayMs: 1 }), 'fake')
  contractStubs.push(stub)
  return createOpenAIEngine({ name: 'stub', baseUrl: stub.baseUrl, model: 'fake' })
})

interface Seen {
  readonly url: string
  readonly headers: IncomingHttpHeaders
  readonly body: Record<string, unknown>
}

/** A server that answers every request but the list of models with `reply`, and an engine that talks to it. */
async function connect(
  reply: Parameters<typeof listen>[0],
  options: Partial<OpenAIEngineOptions> = {},
): Promise<{ engine: Engine; seen: Seen[] }> {
  const seen: Seen[] = []
  const stub = await listen(async (request, response, body) => {
    seen.push({ url: request.url ?? '', headers: request.headers, body })
    if (request.url === '/v1/models') sendJson(response, { data: [] })
    else await reply(request, response, body)
  })
  stubs.push(stub)
  const engine = await createOpenAIEngine({ name: 'peer', baseUrl: stub.baseUrl, model: 'm', ...options })
  return { engine, seen }
}

const bytes = (name: string): Promise<Buffer> => readFile(new URL(`./fixtures/${name}.sse`, import.meta.url))

/** A server that sends `content` in pieces of `size` bytes. */
const streaming =
  (content: Uint8Array, size = 1 << 20): Parameters<typeof listen>[0] =>
  async (_, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' })
    for (let at = 0; at < content.length; at += size) {
      response.write(content.subarray(at, at + size))
      if (size < 1000) await new Promise((resolve) => setImmediate(resolve))
    }
    response.end()
  }

const ask = (engine: Engine): Promise<Part[]> => collect(engine, { input: userChat('hi'), maxTokens: 9 })

describe('recorded streams', () => {
  it('reads a chat of llama-server: text, log-probabilities, usage, timings', async () => {
    const { engine } = await connect(streaming(await bytes('llama-server-chat')))
    const parts = await ask(engine)
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
    const { engine } = await connect(streaming(await bytes('llama-server-completion')))
    const parts = await collect(engine, { input: { type: 'completion', prompt: 'One, two,' } })
    expect(textOfParts(parts)).toBe(' or three, and')
    expect(parts.at(-1)).toMatchObject({ usage: { promptTokens: 4, completionTokens: 4 } })
  })

  it('reads tool calls: id and name once, arguments piece by piece', async () => {
    const { engine } = await connect(streaming(await bytes('tools')))
    const parts = await ask(engine)
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

  it('keeps reasoning apart, under both names it has', async () => {
    const { engine } = await connect(streaming(await bytes('reasoning')))
    const parts = await ask(engine)
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
    const content = await bytes('tools')
    const whole = (await ask((await connect(streaming(content))).engine)).slice(0, -1)
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 200 }), async (size) => {
        const { engine } = await connect(streaming(content, size))
        expect((await ask(engine)).slice(0, -1)).toEqual(whole)
      }),
      { numRuns: 8 },
    )
  })

  it('takes an answer that was not streamed although it should be', async () => {
    const { engine } = await connect(async (_, response) =>
      sendJson(response, {
        choices: [{ index: 0, message: { role: 'assistant', content: 'Hello.' }, finish_reason: 'stop' }],
        usage: { prompt_tokens: 3, completion_tokens: 2 },
      }),
    )
    const parts = await ask(engine)
    expect(textOfParts(parts)).toBe('Hello.')
    expect(parts.at(-1)).toMatchObject({ reason: 'stop', usage: { promptTokens: 3, completionTokens: 2 } })
  })
})

describe('requests', () => {
  it('sends what was asked for and nothing that was not', async () => {
    const { engine, seen } = await connect(streaming(await bytes('reasoning')), { apiKey: 'k-123' })
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
    const { engine, seen } = await connect(streaming(await bytes('reasoning')))
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
    const stream = streaming(await bytes('reasoning'))
    const { engine, seen } = await connect(async (request, response, body) => {
      if ('max_tokens' in body) {
        const message = "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead."
        sendJson(response, { error: { message, code: 'unsupported_parameter', param: 'max_tokens' } }, 400)
      } else await stream(request, response, body)
    })
    await ask(engine)
    await ask(engine)
    expect(seen.slice(1).map(({ body }) => [body.max_tokens, body.max_completion_tokens])).toEqual([
      [9, undefined],
      [undefined, 9],
      [undefined, 9],
    ])
  })

  it('keeps a path before the version, for the root paths too', async () => {
    const urls: string[] = []
    const stub = await listen(async (request, response) => {
      urls.push(request.url ?? '')
      sendJson(response, { data: [], tokens: [1] })
    })
    stubs.push(stub)
    const engine = await createOpenAIEngine({
      name: 'peer',
      baseUrl: stub.baseUrl.replace('/v1', '/proxy/v1/'),
      model: 'm',
    })
    await engine.tokenize('hi')
    expect(urls).toEqual(['/proxy/v1/models', '/proxy/tokenize'])
  })
})

describe('errors', () => {
  const failing = (status: number, body: unknown, headers: Record<string, string> = {}) =>
    connect(
      async (_, response) => {
        response.writeHead(status, headers).end(typeof body === 'string' ? body : JSON.stringify(body))
      },
      { apiKey: 'very-secret' },
    ).then(({ engine }) => failureOf(ask(engine)))

  it.each([
    [401, { error: { message: 'no', code: 'invalid_api_key' } }, 'upstream_error', false],
    [403, { detail: 'no' }, 'upstream_error', false],
    [404, { object: 'error', message: 'The model `m` does not exist.' }, 'model_not_found', false],
    [413, 'too large', 'payload_too_large', false],
    [429, { error: { message: 'slow down' } }, 'rate_limited', true],
    [400, { error: 'bad' }, 'invalid_request', false],
    [500, '<html><h1>Oops</h1></html>', 'upstream_error', true],
    [502, '', 'upstream_error', true],
    [503, { error: { message: 'Loading model' } }, 'engine_unavailable', true],
    [504, '', 'timeout', true],
    [400, { error: { message: 'x', type: 'exceed_context_size_error' } }, 'context_length_exceeded', false],
    [400, { message: "This model's maximum context length is 4096 tokens." }, 'context_length_exceeded', false],
    [400, { error: { message: 'x', code: 'context_length_exceeded' } }, 'context_length_exceeded', false],
  ])('maps %i %j to %s', async (status, body, code, retryable) => {
    expect(await failing(status, body)).toMatchObject({ code, retryable, details: { upstreamStatus: status } })
  })

  it('passes on what the endpoint said and when to try again, but never the key', async () => {
    const limited = await failing(429, { error: { message: 'slow down' } }, { 'retry-after': '7' })
    expect(limited.message).toContain('slow down')
    expect(limited.details).toMatchObject({ retryAfterSeconds: 7 })
    const refused = await failing(401, { error: { message: 'Incorrect API key provided: very-secret.' } })
    expect(JSON.stringify(refused)).not.toContain('very-secret')
    expect(refused.message).toContain('[secret]')
  })

  it('throws an error that comes in the middle of a stream', async () => {
    const { engine } = await connect(
      streaming(
        Buffer.from(
          'data: {"choices":[{"delta":{"content":"a"}}]}\n\ndata: {"error":{"message":"boom","code":500}}\n\n',
        ),
      ),
    )
    const seen: Part[] = []
    const work = (async () => {
      for await (const part of engine.generate({ input: userChat('hi') }, never)) seen.push(part)
    })()
    expect(await failureOf(work)).toMatchObject({ code: 'upstream_error', retryable: true })
    expect(textOfParts(seen)).toBe('a')
  })

  it('does not take an answer that broke off for a finished one', async () => {
    const { engine } = await connect(streaming(Buffer.from('data: {"choices":[{"delta":{"content":"a"}}]}\n\n')))
    expect(await codeOf(ask(engine))).toBe('upstream_error')
    const cut = await connect(async (_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.write('data: {"choices":[{"delta":{"content":"a"}}]}\n\n')
      setImmediate(() => response.destroy())
    })
    expect(await codeOf(ask(cut.engine))).toBe('engine_unavailable')
  })

  it.each(['data: nonsense\n\n', 'data: 7\n\n'])('says that %j makes no sense', async (content) => {
    const { engine } = await connect(streaming(Buffer.from(content)))
    expect(await codeOf(ask(engine))).toBe('upstream_error')
  })

  it('gives up on silence', async () => {
    const { engine } = await connect(async () => undefined, { timeoutMs: 200 })
    expect(await codeOf(ask(engine))).toBe('timeout')
  })

  it('says that nobody is there', async () => {
    const stub = await listen(async () => undefined)
    await stub.close()
    const error = await failureOf(createOpenAIEngine({ name: 'peer', baseUrl: stub.baseUrl, model: 'm' }))
    expect(error).toMatchObject({ code: 'engine_unavailable', retryable: true })
    expect(error.message).toContain('ECONNREFUSED')
  })

  it('ends the request at the endpoint when the caller aborts', async () => {
    let ended = false
    const { engine } = await connect(async (_, response) => {
      response.on('close', () => {
        ended = true
      })
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.write('data: {"choices":[{"delta":{"content":"a"}}]}\n\n')
    })
    const controller = new AbortController()
    const work = (async () => {
      for await (const _ of engine.generate({ input: userChat('hi') }, controller.signal)) controller.abort()
    })()
    expect(await codeOf(work)).toBe('cancelled')
    await expect.poll(() => ended).toBe(true)
    expect(engine.status().active).toBe(0)
  })

  it.each(['ftp://x/v1', 'nonsense', 'http://user:pass@localhost/v1'])('refuses the address %s', async (baseUrl) => {
    expect(await codeOf(createOpenAIEngine({ name: 'peer', baseUrl, model: 'm' }))).toBe('invalid_config')
  })
})

describe('redirects', () => {
  it('follows within the origin, and keeps the key from others', async () => {
    const stolen: unknown[] = []
    const thief = await listen(async (request, response) => {
      stolen.push(request.headers.authorization)
      sendJson(response, { data: [] })
    })
    stubs.push(thief)
    const content = await bytes('reasoning')
    const { engine } = await connect(
      async (request, response, body) => {
        if (request.url === '/v1/chat/completions') {
          response.writeHead(308, { location: '/v1/moved' }).end()
        } else if (request.url === '/v1/moved') await streaming(content)(request, response, body)
        else response.writeHead(307, { location: `${thief.baseUrl}/rerank` }).end()
      },
      { apiKey: 'very-secret' },
    )
    expect(textOfParts(await ask(engine))).toBe('Four')
    expect(await codeOf(engine.rerank('q', ['d'], never))).toBe('upstream_error')
    expect(stolen).toEqual([])
  })

  it('does not go round in circles', async () => {
    const { engine } = await connect(async (_, response) => {
      response.writeHead(307, { location: '/v1/again' }).end()
    })
    expect(await codeOf(ask(engine))).toBe('upstream_error')
  })
})

describe('what an endpoint may lack', () => {
  it('is unsupported', async () => {
    const { engine } = await connect(async (_, response) => sendJson(response, { error: { message: 'no' } }, 404))
    expect(await codeOf(engine.tokenize('a'))).toBe('unsupported')
    expect(await codeOf(engine.detokenize([1]))).toBe('unsupported')
    expect(await codeOf(engine.renderChat(userChat('a')))).toBe('unsupported')
    expect(await codeOf(engine.rerank('q', ['d'], never))).toBe('unsupported')
  })

  it('is unsupported when the prompt’s log-probabilities are silently left out, as llama-server does', async () => {
    const { engine } = await connect(async (_, response) =>
      sendJson(response, { choices: [{ text: '.', logprobs: { content: [{ token: '.', logprob: -0.4 }] } }] }),
    )
    expect(await codeOf(engine.score([{ context: 'a', continuation: ' b' }], never))).toBe('unsupported')
  })

  it('finds rerank below the root', async () => {
    const { engine } = await connect(async (request, response) => {
      if (request.url === '/rerank') sendJson(response, { results: [{ index: 0, relevance_score: 0.5 }] })
      else sendJson(response, { error: { message: 'no' } }, 404)
    })
    expect(await engine.rerank('q', ['d'], never)).toEqual({ scores: [0.5], tokens: 0 })
  })

  it('reads tokens and prompts as llama-server gives them', async () => {
    const { engine } = await connect(async (request, response) => {
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
    const { engine } = await connect(async (_, response) => {
      const embedding = Buffer.from(Float32Array.of(3, 4).buffer).toString('base64')
      sendJson(response, { data: [{ embedding }, { embedding }], usage: { prompt_tokens: 5 } })
    })
    const { vectors, tokens } = await engine.embed(['a', 'bbbb'], {}, never)
    expect([...(vectors[0] ?? [])].map((value) => value.toFixed(3))).toEqual(['0.600', '0.800'])
    expect(tokens).toEqual([1, 4])
    expect((await engine.embed(['a', 'b'], { normalize: false }, never)).vectors[1]).toEqual(Float32Array.of(3, 4))
  })

  it('does not accept fewer than were asked for', async () => {
    const { engine } = await connect(async (_, response) =>
      sendJson(response, { data: [{ index: 1, embedding: [1] }] }),
    )
    expect(await codeOf(engine.embed(['a', 'b'], {}, never))).toBe('upstream_error')
  })
})
