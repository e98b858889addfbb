import type { OriginCheck } from './originCheck.ts'

/** What every answer carries: its request's id, what browsers must not do with it, and whether another page may read it. */
export function addResponseHeaders(headers: Headers, id: string, request: Headers, origins: OriginCheck): void {
  headers.set('x-request-id', id)
  headers.set('x-content-type-options', 'nosniff')
  headers.set('x-frame-options', 'DENY')
  headers.set('referrer-policy', 'no-referrer')
  if (!headers.has('cache-control')) headers.set('cache-control', 'no-store')
  const origin = request.get('origin')
  if (origin !== null && origins.isAllowed(origin, request.get('host'))) {
    headers.set('access-control-allow-origin', origin)
    headers.set('access-control-expose-headers', 'x-request-id, retry-after')
    headers.append('vary', 'origin')
  }
}
