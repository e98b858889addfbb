import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { SanjhaError } from '../../core/index.ts'
import type { ChatMessage, Engine, GenerateInput, GenerateRequest, Part, TokenLogprob } from '../contract.ts'

type Json = Record<string, unknown>

export interface OpenAIStub {
  /** Up to and with `/v1`. */
  readonly baseUrl: string
  close(): Promise<void>
}

/**
 * A small OpenAI-compatible server over an engine, in the dialect of vLLM, to test what talks to such servers. It knows
 * only what those tests need; the real server is another room.
 */
export async function serveOpenAI(engine: Engine, model: string): Promise<OpenAIStub> {
  return listen(async (request, response, body) => {
    const gone = new AbortController()
    response.on('close', () => gone.abort())
    await answer(engine, model, request.url ?? '', body, response, gone.signal)
  })
}

/** A real HTTP server that answers with `handle`; errors of ours are sent as OpenAI's. */
export async function listen(
  handle: (request: IncomingMessage, response: ServerResponse, body: Json) => Promise<void>,
): Promise<OpenAIStub> {
  const server: Server = createServer((request, response) => {
    void (async () => {
      const chunks: Buffer[] = []
      for await (const chunk of request) chunks.push(chunk as Buffer)
      const text = Buffer.concat(chunks).toString('utf8')
      try {
        await handle(request, response, text === '' ? {} : (JSON.parse(text) as Json))
      } catch (error) {
        sendError(response, SanjhaError.from(error))
      }
    })()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    baseUrl: `http://127.0.0.1:${port}/v1`,
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

export function sendJson(response: ServerResponse, body: unknown, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

function sendError(response: ServerResponse, error: SanjhaError): void {
  const body = { error: { message: error.message, type: error.code, code: error.code, param: error.param ?? null } }
  if (!response.headersSent) sendJson(response, body, error.status === 499 ? 500 : error.status)
  else response.end(`data: ${JSON.stringify(body)}\n\n`)
}

async function answer(
  engine: Engine,
  model: string,
  url: string,
  body: Json,
  response: ServerResponse,
  signal: AbortSignal,
): Promise<void> {
  switch (url) {
    case '/v1/models':
      sendJson(response, {
        object: 'list',
        data: [{ id: model, object: 'model', max_model_len: engine.capabilities.contextLength }],
      })
      return
    case '/v1/chat/completions':
      await stream(engine, chatRequest(body), response, signal)
      return
    case '/v1/completions':
      if (body.echo === true) sendJson(response, await echo(engine, body, signal))
      else await stream(engine, completionRequest(body), response, signal)
      return
    case '/v1/embeddings': {
      const { vectors, tokens } = await engine.embed(body.input as string[], { normalize: false }, signal)
      const data = vectors.map((vector, index) => ({ object: 'embedding', index, embedding: [...vector] }))
      const total = tokens.reduce((sum, count) => sum + count, 0)
      // The order on the wire is not promised.
      sendJson(response, { data: data.toReversed(), usage: { prompt_tokens: total, total_tokens: total } })
      return
    }
    case '/v1/rerank': {
      const { scores, tokens } = await engine.rerank(String(body.query), body.documents as string[], signal)
      const results = scores.map((score, index) => ({ index, relevance_score: score }))
      sendJson(response, {
        results: results.toSorted((a, b) => b.relevance_score - a.relevance_score),
        usage: { total_tokens: tokens },
      })
      return
    }
    case '/tokenize': {
      const tokens = await (body.messages
        ? engine.renderChat({ type: 'chat', messages: messagesOf(body) }).then((rendered) => rendered.tokens)
        : engine.tokenize(String(body.prompt)))
      sendJson(response, { tokens, count: tokens.length })
      return
    }
    case '/detokenize':
      sendJson(response, { prompt: await engine.detokenize(body.tokens as number[]) })
      return
    default:
      throw new SanjhaError('not_found', 'Not Found')
  }
}

function chatRequest(body: Json): GenerateRequest {
  return { ...common(body), input: { type: 'chat', messages: messagesOf(body) }, ...logprobs(body.top_logprobs) }
}

function completionRequest(body: Json): GenerateRequest {
  const input: GenerateInput = { type: 'completion', prompt: body.prompt as string | number[] }
  return { ...common(body), input, ...logprobs(body.logprobs) }
}

function common(body: Json): Omit<GenerateRequest, 'input'> {
  return {
    ...(typeof body.max_tokens === 'number' && { maxTokens: body.max_tokens }),
    ...(Array.isArray(body.stop) && { stop: body.stop as string[] }),
  }
}

function logprobs(value: unknown): { logprobs?: number } {
  return typeof value === 'number' ? { logprobs: value } : {}
}

function messagesOf(body: Json): ChatMessage[] {
  return (body.messages as { role: 'user'; content: string }[]).map(({ role, content }) => ({
    role,
    content: [{ type: 'text', text: content }],
  }))
}

async function stream(
  engine: Engine,
  request: GenerateRequest,
  response: ServerResponse,
  signal: AbortSignal,
): Promise<void> {
  const chat = request.input.type === 'chat'
  const send = (chunk: Json): void => {
    if (!response.headersSent) response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write(`data: ${JSON.stringify(chunk)}\n\n`)
  }
  for await (const part of engine.generate(request, signal)) {
    if (part.type === 'finish') {
      const finish_reason = part.reason === 'tool-calls' ? 'tool_calls' : part.reason
      send({
        choices: [
          { index: 0, ...(chat ? { delta: {} } : { text: '' }), finish_reason, stop_reason: part.stopSequence ?? null },
        ],
      })
      send({
        choices: [],
        usage: {
          prompt_tokens: part.usage.promptTokens,
          completion_tokens: part.usage.completionTokens,
          completion_tokens_details: { reasoning_tokens: part.usage.reasoningTokens },
        },
      })
    } else
      send({
        choices: [
          {
            index: 0,
            ...(chat ? { delta: deltaOf(part) } : { text: part.type === 'text' ? part.text : '' }),
            ...chatLogprobs(part),
            finish_reason: null,
          },
        ],
      })
  }
  response.end('data: [DONE]\n\n')
}

function deltaOf(part: Exclude<Part, { type: 'finish' }>): Json {
  if (part.type === 'text') return { content: part.text }
  if (part.type === 'reasoning') return { reasoning_content: part.text }
  const { index, id, name, argumentsDelta } = part
  const first = name !== '' && { id, type: 'function' }
  return { tool_calls: [{ index, ...first, function: { ...(name !== '' && { name }), arguments: argumentsDelta } }] }
}

function chatLogprobs(part: Part): Json {
  const reported = part.type === 'text' ? part.logprobs : undefined
  if (!reported) return {}
  return { logprobs: { content: reported.map(({ top, ...own }) => ({ ...own, top_logprobs: top })) } }
}

async function echo(engine: Engine, body: Json, signal: AbortSignal): Promise<Json> {
  const prompt = typeof body.prompt === 'string' ? body.prompt : await engine.detokenize(body.prompt as number[])
  const [scored = []] = await engine.score([{ context: '', continuation: prompt, top: Number(body.logprobs) }], signal)
  let offset = 0
  const text_offset = scored.map((token) => {
    const at = offset
    offset += token.token.length
    return at
  })
  const top = (token: TokenLogprob): Json => Object.fromEntries(token.top.map((each) => [each.token, each.logprob]))
  return {
    choices: [
      {
        text: prompt,
        finish_reason: 'length',
        logprobs: {
          tokens: scored.map((token) => token.token),
          token_logprobs: scored.map((token, index) => (index === 0 ? null : token.logprob)),
          top_logprobs: scored.map((token, index) => (index === 0 ? null : top(token))),
          text_offset,
        },
      },
    ],
  }
}
