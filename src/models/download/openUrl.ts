import { isIP } from 'node:net'
import { isLoopbackHost, isPublicAddress, SanjhaError } from '../../core/index.ts'
import type { HttpOrigin } from './byteOrigin.ts'
import { type Net, offlineError } from './net.ts'
import { networkError } from './networkError.ts'

export interface UrlRequest {
  readonly headers?: Readonly<Record<string, string>>
  readonly signal?: AbortSignal | undefined
  /** How long the headers may take, over all redirects. */
  readonly timeoutMs: number
  readonly method?: 'GET' | 'HEAD'
}

export interface OpenedUrl {
  readonly response: Response
  /** Breaks the transfer off. */
  abort(reason: Error): void
}

const maxRedirects = 10

/**
 * Asks for a URL and follows redirects one by one, so that each is checked: never from https to http, never from a
 * public host into a private network, and credentials never to another host. Any status is an answer.
 * Errors: `network_unreachable`, `timeout`, `forbidden`, `upstream_error` (redirects without end), `cancelled`.
 */
export async function openUrl(origin: HttpOrigin, request: UrlRequest, net: Net): Promise<OpenedUrl> {
  const controller = new AbortController()
  const signal = request.signal ? AbortSignal.any([request.signal, controller.signal]) : controller.signal
  const first = new URL(origin.url)
  const host = first.host
  const timer = setTimeout(() => controller.abort(noAnswer(host, request.timeoutMs)), request.timeoutMs)
  const send = net.fetchFor(origin.connection)
  let url = first
  let headers: Record<string, string> = { ...origin.headers, ...request.headers, 'accept-encoding': 'identity' }
  try {
    refusePlainHttp(first, headers)
    for (let hops = 0; ; hops++) {
      if (net.offline && !isLoopbackHost(url.hostname)) throw offlineError(url.host)
      const response = await send(url.href, { method: request.method ?? 'GET', headers, redirect: 'manual', signal })
      const location = response.headers.get('location')
      if (![301, 302, 303, 307, 308].includes(response.status) || location === null) {
        return { response, abort: (reason) => controller.abort(reason) }
      }
      await response.body?.cancel().catch(() => undefined)
      if (hops >= maxRedirects) {
        throw new SanjhaError('upstream_error', `${origin.label} redirects without end.`, { retryable: false })
      }
      const next = nextUrl(location, url, origin)
      await refusePrivate(first, next, net)
      if (next.origin !== url.origin) headers = withoutSecrets(headers)
      url = next
    }
  } catch (error) {
    if (request.signal?.aborted) throw cancelled()
    if (controller.signal.aborted) throw controller.signal.reason
    throw networkError(error, url.host)
  } finally {
    clearTimeout(timer)
  }
}

export function cancelled(): SanjhaError {
  return new SanjhaError(
    'cancelled',
    'The download was cancelled. What was fetched is kept; the same command goes on from there.',
  )
}

function noAnswer(host: string, ms: number): SanjhaError {
  return new SanjhaError('network_unreachable', `${host} does not answer: nothing came within ${ms / 1000} s.`, {
    hint: 'Check the network, and HTTPS_PROXY if you are behind a proxy.',
    details: { kind: 'timeout', host },
  })
}

/** A secret may travel in the clear only within this machine. */
function refusePlainHttp(url: URL, headers: Readonly<Record<string, string>>): void {
  const secret = Object.keys(headers).some((name) => isSecret(name))
  if (url.protocol === 'http:' && secret && !isLoopbackHost(url.hostname)) {
    throw new SanjhaError('forbidden', `No credentials are sent to ${url.host}, because http is not encrypted.`, {
      hint: 'Use an https address, or one without credentials.',
    })
  }
}

function nextUrl(location: string, from: URL, origin: HttpOrigin): URL {
  let next: URL
  try {
    next = new URL(location, from)
  } catch (error) {
    throw new SanjhaError('upstream_error', `${origin.label} redirects to something that is no address.`, {
      cause: error,
      retryable: false,
    })
  }
  const allowed = next.protocol === 'https:' || (next.protocol === 'http:' && from.protocol === 'http:')
  if (!allowed) {
    throw new SanjhaError(
      'forbidden',
      `${origin.label} redirects to a ${next.protocol} address (${next.host}), which is not safe.`,
      {
        hint: 'Name the final address directly if you trust it.',
      },
    )
  }
  next.username = ''
  next.password = ''
  return next
}

/**
 * A public host must not lead us into the user's own network; one that is in there itself may. Errors: `forbidden`.
 * @param first the address that the user named
 * @param next where it leads
 */
export async function refusePrivate(first: URL, next: URL, net: Pick<Net, 'lookup'>): Promise<void> {
  if (next.hostname === first.hostname) return
  if (!(await isPrivate(next, net)) || (await isPrivate(first, net))) return
  throw new SanjhaError(
    'forbidden',
    `${first.host} leads to ${next.host}, which is an address inside a private network.`,
    {
      hint: 'Name that address directly if you trust it.',
    },
  )
}

async function isPrivate(url: URL, net: Pick<Net, 'lookup'>): Promise<boolean> {
  const host = url.hostname.replace(/^\[|\]$/g, '')
  if (isLoopbackHost(host)) return true
  if (isIP(host) !== 0) return !isPublicAddress(host)
  // A name that does not resolve here may resolve at the proxy; if there is none, the connection fails by itself.
  const addresses = await net.lookup(host).catch(() => [])
  return addresses.some((address) => !isPublicAddress(address))
}

function isSecret(header: string): boolean {
  return ['authorization', 'cookie', 'proxy-authorization'].includes(header.toLowerCase())
}

function withoutSecrets(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !isSecret(name)))
}
