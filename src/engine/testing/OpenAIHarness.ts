import { readFile } from 'node:fs/promises'
import type { IncomingHttpHeaders } from 'node:http'
import type { Engine, Part } from '../contract.ts'
import { createOpenAIEngine, type OpenAIEngineOptions } from '../openai/index.ts'
import { collect, userChat } from './requests.ts'
import { listen, type OpenAIStub, sendJson } from './serveOpenAI.ts'

/** A request as the endpoint saw it. */
export interface SeenRequest {
  readonly url: string
  readonly headers: IncomingHttpHeaders
  readonly body: Record<string, unknown>
}

/** Endpoints that answer as a test says, and engines that talk to them. */
export class OpenAIHarness {
  readonly #stubs: OpenAIStub[] = []

  /** A server that answers every request but the list of models with `reply`, and an engine that talks to it. */
  async connect(
    reply: Parameters<typeof listen>[0],
    options: Partial<OpenAIEngineOptions> = {},
  ): Promise<{ engine: Engine; seen: SeenRequest[] }> {
    const seen: SeenRequest[] = []
    const stub = await this.listen(async (request, response, body) => {
      seen.push({ url: request.url ?? '', headers: request.headers, body })
      if (request.url === '/v1/models') sendJson(response, { data: [] })
      else await reply(request, response, body)
    })
    const engine = await createOpenAIEngine({ name: 'peer', baseUrl: stub.baseUrl, model: 'm', ...options })
    return { engine, seen }
  }

  async listen(handle: Parameters<typeof listen>[0]): Promise<OpenAIStub> {
    const stub = await listen(handle)
    this.#stubs.push(stub)
    return stub
  }

  async close(): Promise<void> {
    await Promise.all(this.#stubs.splice(0).map((stub) => stub.close()))
  }
}

/** The bytes of a stream in `openai/fixtures`. */
export function streamBytes(name: string): Promise<Buffer> {
  return readFile(new URL(`../openai/fixtures/${name}.sse`, import.meta.url))
}

/** Answers with `content` as a stream, in pieces of `size` bytes. */
export function streaming(content: Uint8Array, size: number = 1 << 20): Parameters<typeof listen>[0] {
  return async (_, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' })
    for (let at = 0; at < content.length; at += size) {
      response.write(content.subarray(at, at + size))
      if (size < 1000) await new Promise((resolve) => setImmediate(resolve))
    }
    response.end()
  }
}

/** A short question, answered to the end. */
export function askShortly(engine: Engine): Promise<Part[]> {
  return collect(engine, { input: userChat('hi'), maxTokens: 9 })
}
