import { type ErrorCode, SanjhaError } from '../../core/index.ts'

/** What an endpoint's error says, whatever its form. */
interface UpstreamMessage {
  readonly message: string
  readonly code: string
  readonly param: string | undefined
}

export interface UpstreamErrorFacts {
  /** The remote's name, for people. */
  readonly remote: string
  readonly model?: string
  readonly status: number
  readonly body: string
  /** Of `Retry-After`. */
  readonly retryAfterSeconds?: number | undefined
}

/**
 * An endpoint's error as one of ours. Whether a try makes sense later follows from the status; what the endpoint said is
 * passed on. A refused key is not the caller's fault, so it is no 401 to the caller.
 */
export function upstreamError(facts: UpstreamErrorFacts): SanjhaError {
  const { remote, model, status, retryAfterSeconds } = facts
  const said = readMessage(facts.body)
  const details = { remote, upstreamStatus: status, ...(retryAfterSeconds !== undefined && { retryAfterSeconds }) }
  const make = (code: ErrorCode, message: string, hint?: string, retryable?: boolean): SanjhaError =>
    new SanjhaError(code, message, {
      details,
      ...(hint !== undefined && { hint }),
      ...(retryable !== undefined && { retryable }),
      ...(said.param !== undefined && { param: said.param }),
    })
  const quote = said.message === '' ? '' : ` It said: ${said.message}`

  if (isContextLength(said)) return make('context_length_exceeded', `The request is too long for ${remote}.${quote}`)
  if (status === 401 || status === 403) {
    return make(
      'upstream_error',
      `The remote ${remote} refuses our key (${status}).${quote}`,
      'Check the variable or file that the remote’s `apiKeyEnv` or `apiKeyFile` names.',
      false,
    )
  }
  if (status === 404) {
    const what = model === undefined ? 'what was asked for' : `a model "${model}"`
    return make('model_not_found', `The remote ${remote} does not know ${what}.${quote}`)
  }
  if (status === 429) {
    const when = retryAfterSeconds === undefined ? 'in a while' : `in ${retryAfterSeconds} seconds`
    return make('rate_limited', `The remote ${remote} takes no more requests now.${quote}`, `Try again ${when}.`)
  }
  if (status === 413) return make('payload_too_large', `The request is too large for the remote ${remote}.${quote}`)
  if (status === 501) return make('unsupported', `The remote ${remote} cannot do this.${quote}`)
  if (status === 503) return make('engine_unavailable', `The remote ${remote} is not available.${quote}`)
  if (status === 408 || status === 504) return make('timeout', `The remote ${remote} took too long.${quote}`)
  if (status >= 500) return make('upstream_error', `The remote ${remote} failed with status ${status}.${quote}`)
  if (status >= 400) return make('invalid_request', `The remote ${remote} refuses the request (${status}).${quote}`)
  return make(
    'upstream_error',
    `The remote ${remote} answered with status ${status}, which makes no sense here.${quote}`,
  )
}

/** An error object that came in the middle of a stream, after status 200. */
export function streamError(remote: string, error: unknown): SanjhaError {
  const status = isObject(error) && typeof error.code === 'number' ? error.code : 500
  return upstreamError({ remote, status, body: JSON.stringify({ error }) })
}

/** OpenAI `{error:{message,code,type,param}}`, vLLM's older `{message}`, FastAPI `{detail}`, Ollama `{error:"…"}`, or plain text. */
function readMessage(body: string): UpstreamMessage {
  const text = body.trim()
  try {
    const json: unknown = JSON.parse(text)
    if (isObject(json)) {
      const error = isObject(json.error) ? json.error : json
      const message = [error.message, json.error, json.detail].find((each) => typeof each === 'string')
      return {
        message: typeof message === 'string' ? shorten(message) : shorten(JSON.stringify(json.detail ?? json)),
        code: [error.code, error.type].filter((each) => typeof each === 'string').join(' '),
        param: typeof error.param === 'string' ? error.param : undefined,
      }
    }
  } catch {
    // Not JSON: a proxy's page, perhaps.
  }
  return { message: shorten(text.replaceAll(/<[^>]*>/g, ' ').replaceAll(/\s+/g, ' ')), code: '', param: undefined }
}

function isContextLength({ message, code }: UpstreamMessage): boolean {
  return (
    /context_length_exceeded|exceed_context_size/.test(code) ||
    /maximum (context|model) length|context (length|size|window)[^.]*exceed|exceeds? [^.]*context (length|size|window)/i.test(
      message,
    )
  )
}

function shorten(text: string): string {
  return text.length <= 500 ? text : `${text.slice(0, 500)}…`
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
