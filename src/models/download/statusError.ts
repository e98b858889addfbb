import { SanjhaError } from '../../core/index.ts'
import type { HttpOrigin } from './byteOrigin.ts'
import { parseRetryAfter } from './contentRange.ts'

/**
 * The error for an HTTP status that is no success. The body's beginning is told, because registries explain themselves there.
 * @param now milliseconds since 1970, for Retry-After dates
 */
export async function statusError(response: Response, origin: HttpOrigin, now: number): Promise<SanjhaError> {
  const { status } = response
  const said = await explanation(response)
  const details = { status, source: origin.label }
  const retryAfterMs = parseRetryAfter(response.headers.get('retry-after'), now)
  if (status === 401 || status === 403) {
    return new SanjhaError(
      status === 401 ? 'unauthorized' : 'forbidden',
      `${origin.label} may not be fetched (HTTP ${status}${said}).`,
      { details, ...(origin.accessHint !== undefined && { hint: origin.accessHint }) },
    )
  }
  if (status === 404 || status === 410) {
    return new SanjhaError('model_not_found', `${origin.label} does not exist (HTTP ${status}).`, {
      hint: 'Check the spelling of the reference.',
      details,
    })
  }
  if (status === 429) {
    return new SanjhaError('rate_limited', `${new URL(origin.url).host} asks for fewer requests (HTTP 429).`, {
      details: { ...details, ...(retryAfterMs !== undefined && { retryAfterMs }) },
      hint: 'Wait a little and try again.',
    })
  }
  return new SanjhaError('upstream_error', `${new URL(origin.url).host} answers with HTTP ${status}${said}.`, {
    retryable: status >= 500 || status === 408 || status === 425,
    details: { ...details, ...(retryAfterMs !== undefined && { retryAfterMs }) },
  })
}

/** At most a line of what a server said in plain text or JSON, or nothing. */
async function explanation(response: Response): Promise<string> {
  const type = response.headers.get('content-type') ?? ''
  if (!/^(?:text\/plain|application\/json)/.test(type)) {
    await response.body?.cancel().catch(() => undefined)
    return ''
  }
  try {
    const reader = response.body!.getReader()
    const { value } = await reader.read()
    await reader.cancel()
    let text = Buffer.from(value ?? new Uint8Array()).toString('utf8', 0, 2000)
    try {
      const json = JSON.parse(text) as { error?: unknown; message?: unknown }
      text = String(json.error ?? json.message ?? text)
    } catch {
      // not JSON, or cut
    }
    const line = text
      .replace(/[\u0000-\u001f\u007f]+/g, ' ')
      .trim()
      .slice(0, 200)
    return line === '' ? '' : `: ${line}`
  } catch {
    return ''
  }
}
