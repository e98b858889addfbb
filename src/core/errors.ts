/**
 * Errors are data. Every failure that a user or a client can meet is a `SanjhaError` with a code from `errorCodes`;
 * the reference page in `docs/` lists the same codes, and a test compares both.
 */

/** Facts that hold for every error of a code. `status` is the HTTP status, `retryable` whether the same call may succeed later. */
interface ErrorCodeFacts {
  readonly status: number
  readonly retryable: boolean
  /** One sentence for the reference page. */
  readonly meaning: string
}

const code = (status: number, retryable: boolean, meaning: string): ErrorCodeFacts => ({ status, retryable, meaning })

export type ErrorCode =
  | 'invalid_request'
  | 'invalid_reference'
  | 'invalid_config'
  | 'invalid_file'
  | 'unsupported'
  | 'context_length_exceeded'
  | 'unauthorized'
  | 'forbidden'
  | 'not_found'
  | 'model_not_found'
  | 'method_not_allowed'
  | 'conflict'
  | 'payload_too_large'
  | 'unsupported_media_type'
  | 'rate_limited'
  | 'cancelled'
  | 'internal'
  | 'engine_crashed'
  | 'engine_unavailable'
  | 'overloaded'
  | 'insufficient_memory'
  | 'shutting_down'
  | 'timeout'
  | 'upstream_error'
  | 'network_unreachable'
  | 'digest_mismatch'
  | 'disk_full'
  | 'port_in_use'
  | 'locked'

/** Every code there is. Add a code here and a line in `docs/reference/errors.md` appears. */
export const errorCodes: Readonly<Record<ErrorCode, ErrorCodeFacts>> = {
  invalid_request: code(400, false, 'The request, a flag or a value is not of the form that was asked for.'),
  invalid_reference: code(400, false, 'The model reference cannot be parsed.'),
  invalid_config: code(400, false, 'A configuration value is not of the form that the setting takes.'),
  invalid_file: code(422, false, 'A model file is truncated, corrupt, of an unknown format, or its header lies.'),
  unsupported: code(400, false, 'The model, the engine or this platform cannot do what was asked.'),
  context_length_exceeded: code(400, false, 'The prompt and the answer asked for do not fit into the model’s context.'),
  unauthorized: code(401, false, 'An API key is missing or wrong.'),
  forbidden: code(403, false, 'The request comes from a place that is not allowed, or asks for something not allowed.'),
  not_found: code(404, false, 'There is nothing under that name or id.'),
  model_not_found: code(404, false, 'No model of that name is in the store or known to an engine.'),
  method_not_allowed: code(405, false, 'The path exists, but not with this method.'),
  conflict: code(409, false, 'The thing exists already, or is in a state in which this cannot be done.'),
  payload_too_large: code(413, false, 'The request body is larger than the limit.'),
  unsupported_media_type: code(415, false, 'The body’s content type is not one that this path reads.'),
  rate_limited: code(429, true, 'Too many requests in a short time.'),
  cancelled: code(499, true, 'The caller went away or cancelled.'),
  internal: code(500, true, 'A defect in Sanjha. Please report it.'),
  engine_crashed: code(
    503,
    true,
    'The engine’s process ended while it worked; it is started anew for the next request.',
  ),
  engine_unavailable: code(503, true, 'The engine cannot be started or reached.'),
  overloaded: code(503, true, 'Too many requests wait already.'),
  insufficient_memory: code(503, false, 'The model does not fit into the memory that is allowed or free.'),
  shutting_down: code(503, true, 'The server is stopping and takes no new requests.'),
  timeout: code(504, true, 'It took longer than the time allowed.'),
  upstream_error: code(502, true, 'A remote engine, hub or registry answered with an error.'),
  network_unreachable: code(502, true, 'A host could not be reached.'),
  digest_mismatch: code(502, false, 'The bytes received are not the bytes that were promised.'),
  disk_full: code(507, false, 'There is not enough space on the disk.'),
  port_in_use: code(500, false, 'The port is taken by another program.'),
  locked: code(423, true, 'Another process holds the lock on this.'),
}

/** What an error says, as JSON. `hint` tells how to go on; `details` are machine-readable facts. */
export interface SanjhaErrorData {
  readonly code: ErrorCode
  readonly message: string
  readonly status: number
  readonly retryable: boolean
  readonly cause?: string
  readonly hint?: string
  /** The request field that is at fault, as OpenAI's `param`. */
  readonly param?: string
  readonly details?: Readonly<Record<string, unknown>>
}

interface SanjhaErrorOptions {
  readonly cause?: unknown
  readonly hint?: string
  readonly param?: string
  readonly details?: Readonly<Record<string, unknown>>
  readonly retryable?: boolean
  readonly status?: number
}

// A registered symbol, so that an error made by a second copy of this package is recognised as well.
const marker = Symbol.for('sanjha.error')

/** The one error class. Check with `SanjhaError.is(e)`, never with `instanceof`. */
export class SanjhaError extends Error {
  readonly code: ErrorCode
  readonly status: number
  readonly retryable: boolean
  readonly hint: string | undefined
  readonly param: string | undefined
  readonly details: Readonly<Record<string, unknown>> | undefined

  constructor(code: ErrorCode, message: string, options: SanjhaErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'SanjhaError'
    this.code = code
    this.status = options.status ?? errorCodes[code].status
    this.retryable = options.retryable ?? errorCodes[code].retryable
    this.hint = options.hint
    this.param = options.param
    this.details = options.details
    Object.defineProperty(this, marker, { value: true })
  }

  static is(error: unknown): error is SanjhaError {
    return typeof error === 'object' && error !== null && marker in error
  }

  /** Any thrown value as a `SanjhaError`: what is not one already becomes `internal` (or `cancelled` for an abort). */
  static from(error: unknown): SanjhaError {
    if (SanjhaError.is(error)) return error
    if (error instanceof Error && error.name === 'AbortError') {
      return new SanjhaError('cancelled', 'The request was cancelled.', { cause: error })
    }
    if (error instanceof Error && error.name === 'TimeoutError') {
      return new SanjhaError('timeout', 'The request took longer than the time allowed.', { cause: error })
    }
    if (isNodeError(error) && (error.code === 'ENOSPC' || error.code === 'EDQUOT')) {
      return new SanjhaError('disk_full', 'There is no space left on the disk.', {
        cause: error,
        hint: 'Free some space (`sanjha rm MODEL` removes a model) and try again.',
      })
    }
    if (isNodeError(error) && isRefusal(error)) {
      const what = error.path ?? 'A file'
      const reason = error.code === 'ENOENT' ? 'no folder can be made there' : error.code
      return new SanjhaError('forbidden', `${what} may not be read or written (${reason}).`, {
        cause: error,
        hint: 'Check who owns it and its permissions, or set SANJHA_HOME to a folder of your own.',
      })
    }
    return new SanjhaError('internal', error instanceof Error ? error.message : String(error), { cause: error })
  }

  /** From the JSON form, for errors that crossed a process or a wire. */
  static fromJSON(data: SanjhaErrorData): SanjhaError {
    const { code, message, ...options } = data
    return new SanjhaError(Object.hasOwn(errorCodes, code) ? code : 'internal', message, options)
  }

  toJSON(): SanjhaErrorData {
    const cause =
      this.cause instanceof Error ? this.cause.message : this.cause === undefined ? undefined : String(this.cause)
    return {
      code: this.code,
      message: this.message,
      status: this.status,
      retryable: this.retryable,
      ...(cause !== undefined && { cause }),
      ...(this.hint !== undefined && { hint: this.hint }),
      ...(this.param !== undefined && { param: this.param }),
      ...(this.details !== undefined && { details: this.details }),
    }
  }
}

/**
 * All that an error may tell a client: its data without the inner cause, which may hold paths or addresses. An inner
 * defect's own words stay in the log.
 */
export function publicErrorData(error: SanjhaError): Omit<SanjhaErrorData, 'cause'> {
  const { cause: _cause, ...data } = error.toJSON()
  return data.code === 'internal' ? { ...data, message: internalMessage } : data
}

/** What a person reads about a defect of ours. */
export const internalMessage = 'Something went wrong inside Sanjha; the log says what.'

/** Node tells of a folder that cannot be made on a read-only disk as if its parent were missing. */
function isRefusal({ code, syscall }: NodeJS.ErrnoException): boolean {
  return code === 'EACCES' || code === 'EPERM' || code === 'EROFS' || (code === 'ENOENT' && syscall === 'mkdir')
}

/** True for errors of Node's own, which carry a string `code` such as `ENOENT`. */
export function isNodeError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && typeof (error as NodeJS.ErrnoException).code === 'string'
}
