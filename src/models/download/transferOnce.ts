import { SanjhaError } from '../../core/index.ts'
import type { Expected, HttpOrigin } from './byteOrigin.ts'
import { parseContentRange } from './contentRange.ts'
import type { Net } from './net.ts'
import { networkError } from './networkError.ts'
import { openUrl } from './openUrl.ts'
import type { PartialFile } from './partialFile.ts'
import { statusError } from './statusError.ts'

/** The bytes that are here do not fit what the server sends: begin at the first byte. The message says why. */
export class Restart extends Error {}

export interface TransferRequest {
  readonly partial: PartialFile
  readonly origin: HttpOrigin
  readonly expected: Expected
  readonly signal: AbortSignal | undefined
  readonly net: Net
  /** The last answer was wrong: do not take it from a cache again. */
  readonly bypassCaches: boolean
  /** Called once the whole size is known and before a byte is written. */
  readonly onTotal: (total: number) => Promise<void>
  readonly onBytes: (total: number | null) => void
  readonly onMessage: (message: string) => void
}

/** Written in pieces of this size; fewer, larger writes. */
const writeSize = 1 << 20

/** One request for what is missing. Resolves when the file is whole; throws `Restart` or a `SanjhaError` otherwise. */
export async function transferOnce(request: TransferRequest): Promise<void> {
  const { partial, origin, expected, net, signal } = request
  const offset = partial.length
  const known = expected.size ?? partial.state.size
  if (offset > 0 && offset === known) return
  if (known !== null && offset > known) throw new Restart('more bytes are here than the file has')

  const headers: Record<string, string> = { accept: '*/*' }
  if (offset > 0) {
    headers['range'] = `bytes=${offset}-`
    if (partial.state.validator !== null) headers['if-range'] = partial.state.validator
  }
  if (request.bypassCaches) headers['cache-control'] = 'no-cache'
  const opened = await openUrl(origin, { headers, signal, timeoutMs: net.stallTimeoutMs }, net)
  const { response } = opened
  try {
    const total = await begin(request, response, offset)
    await receive(request, response, opened.abort, total)
    finish(request, response, total)
  } finally {
    opened.abort(new Error('done'))
  }
}

/** Judges the answer's head. Returns the size of the whole file, or null where nobody says. */
async function begin(request: TransferRequest, response: Response, offset: number): Promise<number | null> {
  const { partial, expected, origin, net } = request
  const encoding = response.headers.get('content-encoding')
  const encoded = encoding !== null && encoding !== 'identity'
  const validator = validatorOf(response.headers)

  if (response.status === 206) {
    const content = parseContentRange(response.headers.get('content-range'))
    if (offset === 0) throw new Restart('it sends a part although the whole was asked for')
    if (encoded) throw new Restart('it compresses, so that parts do not fit together')
    if (content?.range == null) throw new Restart('it does not say which part it sends')
    if (content.range.start !== offset) throw new Restart('it sends another part than was asked for')
    const known = expected.size ?? partial.state.size
    if (known !== null && content.total !== null && content.total !== known)
      throw new Restart('the file has another size now')
    if (
      partial.state.validator !== null &&
      validator !== null &&
      sameKind(validator, partial.state.validator) &&
      validator !== partial.state.validator
    ) {
      throw new Restart('the file was changed meanwhile')
    }
    if (expected.digest === null && partial.state.validator === null)
      throw new Restart('nothing says that it is the same file')
    // Some proxies cap the range they give; then this request brings a part and the next one goes on.
    const total = known ?? content.total
    if (total === null && expected.digest === null) throw new Restart('nothing says whether this part is the last')
    if (total !== null) await request.onTotal(total)
    if (partial.state.size === null && total !== null)
      await partial.describe({ validator: validator ?? partial.state.validator, size: total })
    return total
  }

  if (response.status === 416) {
    const total = parseContentRange(response.headers.get('content-range'))?.total
    if (expected.size === null && total === offset) {
      await partial.describe({ validator: partial.state.validator, size: total })
      return total
    }
    throw new Restart('the part that is missing does not exist there')
  }

  if (response.status !== 200) throw await statusError(response, origin, net.clock.now())
  if (encoded && expected.digest === null) {
    throw new SanjhaError(
      'upstream_error',
      `${origin.label} comes compressed although it was asked for as it is, so nothing says whether all of it arrived.`,
      {
        retryable: false,
        hint: 'Download the file yourself and name it with file://.',
      },
    )
  }
  const length = encoded ? null : lengthOf(response.headers)
  if (length !== null && expected.size !== null && length !== expected.size) {
    throw new SanjhaError(
      'digest_mismatch',
      `${origin.label} has ${length} bytes, but ${expected.size} were promised.`,
      {
        hint: 'The file was replaced at its source. Take another source, or ask for a new catalogue.',
        details: { promised: expected.size, received: length, source: origin.label },
      },
    )
  }
  if (offset > 0) {
    request.onMessage(`${origin.label} does not give the missing part alone; starting over.`)
    await partial.reset()
  }
  const total = expected.size ?? length
  if (total !== null) await request.onTotal(total)
  await partial.describe({ validator: encoded ? null : validator, size: total })
  return total
}

async function receive(
  request: TransferRequest,
  response: Response,
  abort: (reason: Error) => void,
  total: number | null,
): Promise<void> {
  const { partial, net, origin } = request
  if (response.status === 416 || response.body === null) return
  const host = new URL(origin.url).host
  let stalled = false
  const stall = (): void => {
    stalled = true
    abort(new Error('stalled'))
  }
  let timer = setTimeout(stall, net.stallTimeoutMs)
  let waiting: Uint8Array[] = []
  let waitingBytes = 0
  const write = async (): Promise<void> => {
    if (waitingBytes === 0) return
    const bytes = waiting.length === 1 ? waiting[0]! : Buffer.concat(waiting)
    waiting = []
    waitingBytes = 0
    await partial.append(bytes)
    request.onBytes(total)
  }
  const reader = response.body.getReader()
  try {
    for (;;) {
      const { done, value } = await reader.read()
      clearTimeout(timer)
      if (done) break
      waiting.push(value)
      waitingBytes += value.byteLength
      if (total !== null && partial.length + waitingBytes > total)
        throw new Restart('it sends more bytes than the file has')
      if (waitingBytes >= writeSize) await write()
      timer = setTimeout(stall, net.stallTimeoutMs)
    }
    await write()
  } catch (error) {
    if (error instanceof Restart) throw error
    // What arrived before the connection broke is good.
    if (!request.signal?.aborted && isWriteError(error)) throw error
    await write()
    if (stalled) {
      throw new SanjhaError('network_unreachable', `${host} stalled: no byte for ${net.stallTimeoutMs / 1000} s.`, {
        cause: error,
        details: { kind: 'stalled', host },
      })
    }
    throw networkError(error, host)
  } finally {
    clearTimeout(timer)
    reader.cancel().catch(() => undefined)
  }
}

/** Decides whether what came is all. A connection that just ends proves nothing. */
function finish(request: TransferRequest, response: Response, total: number | null): void {
  const { partial, origin, expected } = request
  if (total !== null) {
    if (partial.length === total) return
    throw new SanjhaError(
      'network_unreachable',
      `${new URL(origin.url).host} ended the connection after ${partial.length} of ${total} bytes.`,
      {
        details: { kind: 'broken', received: partial.length, total },
      },
    )
  }
  if (expected.digest !== null) return // the digest decides
  // A chunked body that was cut is an error of `fetch`; this one was ended properly.
  if (response.headers.get('transfer-encoding')?.toLowerCase().includes('chunked') && partial.length > 0) return
  throw new SanjhaError(
    'upstream_error',
    `${origin.label} does not say how long it is, so nothing says whether all of it arrived.`,
    {
      retryable: false,
      hint: 'Download the file yourself, check it, and name it with file://.',
    },
  )
}

function lengthOf(headers: Headers): number | null {
  const text = headers.get('content-length')
  return text !== null && /^\d{1,15}$/.test(text) ? Number(text) : null
}

/** What If-Range may carry: a strong ETag, else a date (RFC 9110 §13.1.5). */
function validatorOf(headers: Headers): string | null {
  const etag = headers.get('etag')
  if (etag !== null && /^"[^"]*"$/.test(etag)) return etag
  return headers.get('last-modified')
}

function sameKind(a: string, b: string): boolean {
  return a.startsWith('"') === b.startsWith('"')
}

function isWriteError(error: unknown): boolean {
  return (
    error instanceof Error &&
    'syscall' in error &&
    ['write', 'fsync', 'open', 'rename', 'ftruncate'].includes(String(error.syscall))
  )
}
