import { afterEach, describe, expect, it } from 'vitest'
import type { Part } from '../contract.ts'
import { askShortly, OpenAIHarness, streamBytes, streaming } from '../testing/OpenAIHarness.ts'
import { codeOf, failureOf, never, textOfParts, userChat } from '../testing/requests.ts'
import { sendJson } from '../testing/serveOpenAI.ts'
import { createOpenAIEngine } from './createOpenAIEngine.ts'

const harness = new OpenAIHarness()
afterEach(() => harness.close())

describe('errors', () => {
  const failing = (status: number, body: unknown, headers: Record<string, string> = {}) =>
    harness
      .connect(
        async (_, response) => {
          response.writeHead(status, headers).end(typeof body === 'string' ? body : JSON.stringify(body))
        },
        { apiKey: 'very-secret' },
      )
      .then(({ engine }) => failureOf(askShortly(engine)))

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
    const { engine } = await harness.connect(
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
    const { engine } = await harness.connect(
      streaming(Buffer.from('data: {"choices":[{"delta":{"content":"a"}}]}\n\n')),
    )
    expect(await codeOf(askShortly(engine))).toBe('upstream_error')
    const cut = await harness.connect(async (_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.write('data: {"choices":[{"delta":{"content":"a"}}]}\n\n')
      setImmediate(() => response.destroy())
    })
    expect(await codeOf(askShortly(cut.engine))).toBe('engine_unavailable')
  })

  it.each(['data: nonsense\n\n', 'data: 7\n\n'])('says that %j makes no sense', async (content) => {
    const { engine } = await harness.connect(streaming(Buffer.from(content)))
    expect(await codeOf(askShortly(engine))).toBe('upstream_error')
  })

  it('gives up on silence', async () => {
    const { engine } = await harness.connect(async () => undefined, { timeoutMs: 200 })
    expect(await codeOf(askShortly(engine))).toBe('timeout')
  })

  it('says that nobody is there', async () => {
    const stub = await harness.listen(async () => undefined)
    await stub.close()
    const error = await failureOf(createOpenAIEngine({ name: 'peer', baseUrl: stub.baseUrl, model: 'm' }))
    expect(error).toMatchObject({ code: 'engine_unavailable', retryable: true })
    expect(error.message).toContain('ECONNREFUSED')
  })

  it('ends the request at the endpoint when the caller aborts', async () => {
    let ended = false
    const { engine } = await harness.connect(async (_, response) => {
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
    const thief = await harness.listen(async (request, response) => {
      stolen.push(request.headers.authorization)
      sendJson(response, { data: [] })
    })
    const content = await streamBytes('reasoning')
    const { engine } = await harness.connect(
      async (request, response, body) => {
        if (request.url === '/v1/chat/completions') {
          response.writeHead(308, { location: '/v1/moved' }).end()
        } else if (request.url === '/v1/moved') await streaming(content)(request, response, body)
        else response.writeHead(307, { location: `${thief.baseUrl}/rerank` }).end()
      },
      { apiKey: 'very-secret' },
    )
    expect(textOfParts(await askShortly(engine))).toBe('Four')
    expect(await codeOf(engine.rerank('q', ['d'], never))).toBe('upstream_error')
    expect(stolen).toEqual([])
  })

  it('does not go round in circles', async () => {
    const { engine } = await harness.connect(async (_, response) => {
      response.writeHead(307, { location: '/v1/again' }).end()
    })
    expect(await codeOf(askShortly(engine))).toBe('upstream_error')
  })
})
