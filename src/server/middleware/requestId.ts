import { newId } from '../http/ids.ts'

/** The caller's `X-Request-Id` where it is harmless, else a fresh one. */
export function requestId(headers: Headers): string {
  const given = headers.get('x-request-id')
  return given !== null && /^[\w.:+/=@-]{1,128}$/.test(given) ? given : newId('req_')
}
