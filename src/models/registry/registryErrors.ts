import { type ErrorCode, SanjhaError } from '../../core/index.ts'
import type { RegistryResponse } from './sendRequest.ts'

/** An answer of a registry that is no success, as an error for people. */
export function registryError(response: RegistryResponse, host: string, what: string): SanjhaError {
  const { status } = response
  const said = reason(response.body)
  const because = said === null ? '' : ` It says: ${said}`
  const make = (code: ErrorCode, message: string, hint?: string, retryable?: boolean): SanjhaError =>
    new SanjhaError(code, `${message}${because}`, {
      ...(hint !== undefined && { hint }),
      ...(retryable !== undefined && { retryable }),
      details: { host, status },
    })
  if (status === 401) {
    const hint = `Log in with \`podman login ${host}\` or \`docker login ${host}\`.`
    return make('unauthorized', `${host} wants a login for this, or does not know the one it got (${what}).`, hint)
  }
  if (status === 403) {
    return make('forbidden', `${host} does not allow this (${what}).`, 'The login in use may lack the right to do it.')
  }
  if (status === 404) return make('model_not_found', `${host} has no ${what}.`, 'Check repository and tag.')
  if (status === 429) return make('rate_limited', `${host} gets too many requests.`, 'Try again later.')
  return make('upstream_error', `${host} answered with status ${status} (${what}).`, undefined, status >= 500)
}

/** The message of the registry's own error format, shortened and without control characters. */
function reason(body: Uint8Array): string | null {
  try {
    const { errors } = JSON.parse(new TextDecoder().decode(body)) as { errors?: readonly { message?: unknown }[] }
    const message = errors?.[0]?.message
    if (typeof message === 'string' && message !== '') {
      return message.replace(/[\u0000-\u001f\u007f-\u009f]/g, ' ').slice(0, 200)
    }
  } catch {
    // Not in that format.
  }
  return null
}
