import { SanjhaError } from '../../core/index.ts'

/** No sensible request is deeper, and writing deep values out again overflows the stack. */
const maxNesting = 500

/**
 * Reads a JSON body of at most `limit` bytes, until `signal` says to stop. Errors: `payload_too_large`, `unsupported_media_type`, `invalid_request`
 * (not JSON, not UTF-8, empty, nested too deep).
 */
export async function readJsonBody(
  request: Request,
  options: { readonly limit: number; readonly anyContentType: boolean; readonly signal: AbortSignal },
): Promise<unknown> {
  const { limit, anyContentType, signal } = options
  if (!anyContentType) requireJson(request.headers.get('content-type'))
  const bytes = await readBytes(request, limit, signal)
  if (bytes.length === 0) throw new SanjhaError('invalid_request', 'The request has no body; a JSON object is needed.')
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (error) {
    throw new SanjhaError('invalid_request', 'The body is not valid UTF-8.', { cause: error })
  }
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw new SanjhaError('invalid_request', `The body is not valid JSON: ${(error as Error).message}.`)
  }
  if (isDeeperThan(maxNesting, value)) {
    throw new SanjhaError('invalid_request', `The body is nested more than ${maxNesting} levels deep.`)
  }
  return value
}

/** Whether lists and objects stand more than so many levels inside each other. Without recursion, which is what it guards. */
function isDeeperThan(levels: number, value: unknown): boolean {
  let level = [value]
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > levels) return true
    const next: unknown[] = []
    for (const each of level) {
      if (typeof each !== 'object' || each === null) continue
      for (const inner of Array.isArray(each) ? each : Object.values(each)) {
        if (typeof inner === 'object' && inner !== null) next.push(inner)
      }
    }
    level = next
  }
  return false
}

function requireJson(contentType: string | null): void {
  const mediaType = contentType?.split(';', 1)[0]?.trim().toLowerCase()
  if (mediaType === 'application/json' || mediaType?.endsWith('+json')) return
  throw new SanjhaError(
    'unsupported_media_type',
    mediaType ? `The body’s content type is ${mediaType}; this path reads JSON.` : 'The body has no content type.',
    { hint: 'Send the header `Content-Type: application/json`.' },
  )
}

async function readBytes(request: Request, limit: number, signal: AbortSignal): Promise<Uint8Array> {
  const tooLarge = (): SanjhaError =>
    new SanjhaError('payload_too_large', `The body is larger than ${limit} bytes.`, {
      hint: 'Send less, or raise server.maxBody.',
    })
  // Believing the header saves reading; not believing it alone saves the memory.
  if (Number(request.headers.get('content-length') ?? 0) > limit) throw tooLarge()
  if (request.body === null) return new Uint8Array()
  const reader = request.body.getReader()
  // A client that stops sending would otherwise hold its request for ever.
  const stop = (): void => void reader.cancel().catch(() => undefined)
  signal.addEventListener('abort', stop, { once: true })
  const chunks: Uint8Array[] = []
  let length = 0
  try {
    for (;;) {
      const { done, value } = await reader.read()
      signal.throwIfAborted()
      if (done) return chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)
      length += value.length
      if (length > limit) throw tooLarge()
      chunks.push(value)
    }
  } catch (error) {
    if (SanjhaError.is(error)) throw error
    throw new SanjhaError('cancelled', 'The client stopped sending before the body was complete.', { cause: error })
  } finally {
    signal.removeEventListener('abort', stop)
  }
}
