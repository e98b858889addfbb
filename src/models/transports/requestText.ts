import { SanjhaError } from '../../core/index.ts'
import { type HttpOrigin, openUrl, statusError } from '../download/index.ts'
import { networkError } from '../download/networkError.ts'
import { cancelled } from '../download/openUrl.ts'
import type { TransportContext } from './contract.ts'

export interface TextAnswer {
  readonly text: string
  readonly headers: Headers
  readonly status: number
}

/** A hub's list of files or a package's list of versions may be long, but not longer than this. */
const largestAnswer = 64 * 1024 * 1024
const attempts = 3

/**
 * Asks a hub or registry and gives its answer as text. A status that is no success is an error, made by `onStatus`
 * where that gives one. Tries again when it is busy, but not when it cannot be reached: another source may do better.
 */
export async function requestText(
  origin: HttpOrigin,
  headers: Readonly<Record<string, string>>,
  context: Pick<TransportContext, 'net' | 'signal'>,
  onStatus?: (response: Response) => SanjhaError | undefined,
): Promise<TextAnswer> {
  const { net, signal } = context
  for (let attempt = 1; ; attempt++) {
    try {
      const { response, abort } = await openUrl(origin, { headers, signal, timeoutMs: net.probeTimeoutMs }, net)
      if (response.status !== 200) {
        const special = onStatus?.(response)
        if (special === undefined) throw await statusError(response, origin, net.clock.now())
        await response.body?.cancel().catch(() => undefined)
        throw special
      }
      return {
        text: await readText(response, origin, net.stallTimeoutMs, abort, signal),
        headers: response.headers,
        status: response.status,
      }
    } catch (error) {
      const busy = SanjhaError.is(error) && error.retryable && ['rate_limited', 'upstream_error'].includes(error.code)
      const broken = SanjhaError.is(error) && error.details?.['kind'] === 'broken'
      if (!(busy || broken) || attempt >= attempts) throw error
      const asked = error.details?.['retryAfterMs']
      const wait = typeof asked === 'number' ? asked : 500 * 2 ** (attempt - 1)
      // Somebody waits at a terminal: beyond half a minute an error is the better answer.
      if (wait > 30_000) throw error
      await net.clock.sleep(wait, signal)
    }
  }
}

/** The same, parsed. Errors: `upstream_error` when it is no JSON object or array. */
export async function requestJson(
  ...args: Parameters<typeof requestText>
): Promise<{ value: unknown; headers: Headers }> {
  const [origin, headers, ...rest] = args
  const answer = await requestText(origin, { accept: 'application/json', ...headers }, ...rest)
  return { value: parseJson(answer.text, origin), headers: answer.headers }
}

export function parseJson(text: string, origin: HttpOrigin): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw unexpectedAnswer(origin, error)
  }
}

export function unexpectedAnswer(origin: HttpOrigin, cause?: unknown): SanjhaError {
  return new SanjhaError('upstream_error', `${new URL(origin.url).host} gave an answer that cannot be understood.`, {
    cause,
    retryable: false,
    hint: 'Perhaps a login page or a proxy stands in between: open the address in a browser.',
    details: { source: origin.label },
  })
}

async function readText(
  response: Response,
  origin: HttpOrigin,
  stallMs: number,
  abort: (reason: Error) => void,
  signal: AbortSignal | undefined,
): Promise<string> {
  if (response.body === null) return ''
  const pieces: Uint8Array[] = []
  let size = 0
  let timer = setTimeout(() => abort(new Error('stalled')), stallMs)
  try {
    for await (const piece of response.body) {
      clearTimeout(timer)
      size += piece.length
      if (size > largestAnswer) throw unexpectedAnswer(origin)
      pieces.push(piece)
      timer = setTimeout(() => abort(new Error('stalled')), stallMs)
    }
  } catch (error) {
    if (signal?.aborted) throw cancelled()
    throw networkError(error, new URL(origin.url).host)
  } finally {
    clearTimeout(timer)
  }
  return Buffer.concat(pieces).toString('utf8')
}
