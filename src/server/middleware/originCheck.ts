import { isLoopbackHost, SanjhaError } from '../../core/index.ts'

export interface OriginCheck {
  /** Whether a page of this origin may call. Absent means: no browser page, or one of our own. */
  isAllowed(origin: string, host: string | null): boolean
  /** Errors: `forbidden`. */
  check(request: { readonly method: string; readonly path: string; readonly headers: Headers }): void
}

/**
 * What runs programs, leads elsewhere or changes the server: a page that some other program of this machine serves may not do
 * that in the name of whoever looks at it.
 */
const guarded =
  /^\/sanjha\/v1\/(?:answers\/[^/]+\/tools\/|chats\/[^/]+\/answers$|tools(?:\/|$)|remotes(?:\/|$)|settings\/)/

/** Pages to which others may link. */
const linked = /^\/(?:lab(?:\/.*)?)?$/

/**
 * Keeps web pages of other sites from calling this server in the name of whoever looks at them. Browsers send `Origin`
 * with everything that could change something, and `Sec-Fetch-Site` with the rest; programs send none. Allowed are the
 * server's own page, pages served from this machine, and what `server.allowedOrigins` names (`*`: all). What is `guarded` takes
 * only the own page and origins that are named one by one.
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
  const isOwn = (origin: string, host: string | null): boolean => {
    const url = URL.parse(origin.toLowerCase())
    if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:')) return false
    return origins.has(url.origin) || (host !== null && url.host === host.toLowerCase())
  }
  return {
    isAllowed,
    check: ({ method, path, headers }) => {
      const origin = headers.get('origin')
      const host = headers.get('host')
      if (origin === null) {
        if (headers.get('sec-fetch-site') !== 'cross-site' || isLinkTo(method, path, headers)) return
        throw new SanjhaError(
          'forbidden',
          'Pages of other sites may link to this server’s page, and to nothing else.',
          {
            hint: 'Open the address by itself.',
          },
        )
      }
      if (guarded.test(path) ? isOwn(origin, host) : isAllowed(origin, host)) return
      throw new SanjhaError(
        'forbidden',
        `Pages of ${JSON.stringify(origin)} may not call this${
          isAllowed(origin, host) ? ' address, which only the server’s own page uses' : ' server'
        }.`,
        {
          hint: 'If the page is yours, add its origin to server.allowedOrigins.',
        },
      )
    },
  }
}

/** A link that was followed, not something that a page fetches. */
function isLinkTo(method: string, path: string, headers: Headers): boolean {
  return method === 'GET' && headers.get('sec-fetch-mode') === 'navigate' && linked.test(path)
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
