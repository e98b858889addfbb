import { isLoopbackHost, SanjhaError } from '../../core/index.ts'

export interface OriginCheck {
  /** Whether a page of this origin may call. Absent means: no browser page, or one of our own. */
  isAllowed(origin: string, host: string | null): boolean
  /** Errors: `forbidden`. */
  check(origin: string | null, host: string | null): void
}

/**
 * Keeps web pages of other sites from calling this server in the name of whoever looks at them. Browsers send `Origin`
 * with everything that could change something; programs send none. Allowed are the server's own page, pages served
 * from this machine, and what `server.allowedOrigins` names (`*`: all).
 */
export function createOriginCheck(allowed: readonly string[]): OriginCheck {
  const origins = new Set(allowed.map((origin) => origin.toLowerCase().replace(/\/$/, '')))
  const isAllowed = (origin: string, host: string | null): boolean => {
    const text = origin.toLowerCase()
    if (origins.has('*') || origins.has(text)) return true
    const url = URL.parse(text)
    if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:')) return false
    return isLoopbackHost(url.hostname) || (host !== null && url.host === host.toLowerCase())
  }
  return {
    isAllowed,
    check: (origin, host) => {
      if (origin === null || isAllowed(origin, host)) return
      throw new SanjhaError('forbidden', `Pages of ${JSON.stringify(origin)} may not call this server.`, {
        hint: 'If the page is yours, add its origin to server.allowedOrigins.',
      })
    },
  }
}

/** The answer to a browser that asks before it calls. */
export function preflight(requested: Headers): Headers {
  const headers = new Headers({
    'access-control-allow-methods': 'GET, HEAD, POST, PUT, PATCH, DELETE',
    'access-control-allow-headers':
      requested.get('access-control-request-headers') ?? 'authorization, content-type, x-api-key, x-request-id',
    'access-control-max-age': '600',
  })
  if (requested.has('access-control-request-private-network')) {
    headers.set('access-control-allow-private-network', 'true')
  }
  return headers
}
