import { createParser } from 'eventsource-parser'
import { SanjhaError } from '../../core/index.ts'
import { isObject, upstreamError } from './upstreamError.ts'

export interface OpenAIClientOptions {
  /** The remote's name, for messages. */
  readonly name: string
  /** Up to and with the version, e.g. `http://127.0.0.1:8000/v1`. */
  readonly baseUrl: string
  /** A secret: it goes into one header and nowhere else. */
  readonly apiKey?: string
  /** Silence of so long ends a request, in milliseconds. Default 300,000. */
  readonly timeoutMs?: number
  readonly fetch?: typeof globalThis.fetch
}

export interface ClientRequest {
  readonly method?: 'GET' | 'POST'
  /** Below `baseUrl`; with a leading `/`, below the server's root. */
  readonly path: string
  readonly body?: unknown
  /** For error messages. */
  readonly model?: string
  readonly signal: AbortSignal
}

const maxErrorBytes = 64 * 1024
const maxLineCharacters = 16 * 1024 * 1024
const maxRedirects = 3

/** HTTP as OpenAI-compatible endpoints speak it: JSON there and back, or server-sent events back. All errors are `SanjhaError`s. */
export class OpenAIClient {
  readonly #options: OpenAIClientOptions
  readonly #base: URL
  readonly #fetch: typeof globalThis.fetch

  constructor(options: OpenAIClientOptions) {
    this.#options = options
    this.#base = parseBase(options)
    this.#fetch = options.fetch ?? globalThis.fetch
  }

  get name(): string {
    return this.#options.name
  }

  /** @throws SanjhaError as `upstreamError` says; `engine_unavailable`, `timeout`, `cancelled`. */
  async json(request: ClientRequest): Promise<Record<string, unknown>> {
    const quiet = new QuietTimer(this.#options, request.signal)
    try {
      const response = await this.#send(request, quiet, 'application/json')
      const body: unknown = await response.json()
      if (!isObject(body)) throw this.#nonsense('its answer is no JSON object')
      return body
    } catch (error) {
      throw this.#explain(error, quiet, request)
    } finally {
      quiet.end()
    }
  }

  /**
   * The data of each event until `[DONE]` or the end. An endpoint that does not stream gives its whole answer as one.
   * @throws SanjhaError as `json` does.
   */
  async *events(request: ClientRequest): AsyncGenerator<string, void, undefined> {
    const quiet = new QuietTimer(this.#options, request.signal)
    try {
      const response = await this.#send(request, quiet, 'text/event-stream')
      if (!response.headers.get('content-type')?.includes('text/event-stream')) {
        yield await response.text()
        return
      }
      let ready: string[] = []
      let open = 0
      const parser = createParser({ onEvent: (event) => ready.push(event.data) })
      const decoder = new TextDecoder()
      for await (const chunk of response.body ?? []) {
        quiet.heard()
        open += chunk.length
        parser.feed(decoder.decode(chunk, { stream: true }))
        if (ready.length > 0) open = 0
        if (open > maxLineCharacters) throw this.#nonsense('an event of its stream does not end')
        const batch = ready
        ready = []
        for (const data of batch) {
          if (data === '[DONE]') return
          yield data
        }
      }
    } catch (error) {
      throw this.#explain(error, quiet, request)
    } finally {
      quiet.end()
    }
  }

  async #send(request: ClientRequest, quiet: QuietTimer, accept: string): Promise<Response> {
    const { apiKey, name } = this.#options
    const { body, method = body === undefined ? 'GET' : 'POST', model } = request
    let url = request.path.startsWith('/')
      ? new URL(request.path.slice(1), rootOf(this.#base))
      : new URL(request.path, this.#base)
    for (let hop = 0; ; hop++) {
      const response = await this.#fetch(url, {
        method,
        headers: {
          accept,
          ...(body !== undefined && { 'content-type': 'application/json' }),
          ...(apiKey !== undefined && { authorization: `Bearer ${apiKey}` }),
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
        redirect: 'manual',
        signal: quiet.signal,
      })
      quiet.heard()
      if (response.ok) return response
      const location = response.headers.get('location')
      if (response.status >= 300 && response.status < 400 && location !== null) {
        await response.body?.cancel()
        const next = new URL(location, url)
        const safe = next.origin === url.origin && (method === 'GET' || response.status >= 307) && hop < maxRedirects
        // Another origin must not get the key, and a POST that turns into a GET would ask for something else.
        if (!safe) throw this.#nonsense(`it redirects to ${next.origin}${next.pathname}, which is not followed`)
        url = next
        continue
      }
      const text = this.#withoutKey(await readSome(response))
      const retryAfter = Number(response.headers.get('retry-after') ?? Number.NaN)
      throw upstreamError({
        remote: name,
        status: response.status,
        body: text,
        ...(model !== undefined && { model }),
        ...(retryAfter >= 0 && { retryAfterSeconds: retryAfter }),
      })
    }
  }

  #explain(error: unknown, quiet: QuietTimer, request: ClientRequest): SanjhaError {
    if (request.signal.aborted) return new SanjhaError('cancelled', 'The request was cancelled.')
    if (SanjhaError.is(error)) return error
    const { name } = this.#options
    if (quiet.silent) {
      return new SanjhaError('timeout', `The remote ${name} was silent for too long.`, { details: { remote: name } })
    }
    const reason = this.#withoutKey(reasonOf(error))
    if (error instanceof SyntaxError) return this.#nonsense(`its answer is no JSON (${reason})`)
    return new SanjhaError(
      'engine_unavailable',
      `The remote ${name} at ${this.#base.origin} cannot be reached: ${reason}.`,
      {
        hint: 'Check that it runs and that its `baseUrl` is right.',
        details: { remote: name },
      },
    )
  }

  #nonsense(what: string): SanjhaError {
    const { name } = this.#options
    return new SanjhaError('upstream_error', `The remote ${name} does not behave: ${what}.`, {
      details: { remote: name },
    })
  }

  /** Some endpoints repeat the key they refuse. */
  #withoutKey(text: string): string {
    const { apiKey } = this.#options
    return apiKey ? text.replaceAll(apiKey, '[secret]') : text
  }
}

/** Aborts when nothing was heard for too long. */
class QuietTimer {
  readonly signal: AbortSignal
  silent = false
  readonly #controller = new AbortController()
  readonly #timer: NodeJS.Timeout

  constructor(options: OpenAIClientOptions, caller: AbortSignal) {
    this.signal = AbortSignal.any([caller, this.#controller.signal])
    this.#timer = setTimeout(() => {
      this.silent = true
      this.#controller.abort()
    }, options.timeoutMs ?? 300_000)
  }

  heard(): void {
    this.#timer.refresh()
  }

  end(): void {
    clearTimeout(this.#timer)
    // Ends a body that nobody reads any more.
    this.#controller.abort()
  }
}

function parseBase({ name, baseUrl }: OpenAIClientOptions): URL {
  const url = URL.parse(baseUrl.endsWith('/') ? baseUrl : `${baseUrl}/`)
  if (url === null || !['http:', 'https:'].includes(url.protocol)) {
    throw new SanjhaError('invalid_config', `The \`baseUrl\` of the remote ${name} is no http or https address.`)
  }
  if (url.username !== '' || url.password !== '') {
    throw new SanjhaError('invalid_config', `The \`baseUrl\` of the remote ${name} holds a password.`, {
      hint: 'Use `apiKeyEnv` or `apiKeyFile`.',
    })
  }
  return url
}

/** The server's root: the base without its version. */
function rootOf(base: URL): URL {
  return new URL(base.href.replace(/v\d+\/$/, ''))
}

function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  if (!(cause instanceof Error)) return String(cause)
  // A host with several addresses fails with an empty message and the reasons beside it.
  const inner = cause instanceof AggregateError ? cause.errors[0] : cause
  return inner instanceof Error ? inner.message : cause.message
}

async function readSome(response: Response): Promise<string> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of response.body ?? []) {
    chunks.push(chunk)
    size += chunk.length
    if (size > maxErrorBytes) break
  }
  return Buffer.concat(chunks).subarray(0, maxErrorBytes).toString('utf8')
}
