import { lookup as dnsLookup } from 'node:dns'
import { request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http'
import { request as httpsRequest } from 'node:https'
import type { LookupFunction } from 'node:net'
import { Readable } from 'node:stream'
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib'
import { isLoopbackHost } from './config/checkExposure.ts'
import type { CreateFetchOptions } from './createFetch.ts'
import { isNodeError, SanjhaError } from './errors.ts'
import { silentLogger } from './log.ts'
import { networkAgents } from './networkAgents.ts'
import { assertPublicAddress, isPublicAddress, notPublic } from './publicAddress.ts'
import { version } from './version.ts'

const maxRedirects = 10

/** See `createFetch`, which loads this file when it is first needed. */
export function httpFetch(options: CreateFetchOptions): typeof globalThis.fetch {
  const { env = {}, log = silentLogger, offline = false, publicOnly = false, trustOnly } = options
  const agents = networkAgents({ env, trustOnly, keepAlive: true })

  const send = async (request: Request, body: Uint8Array | undefined): Promise<IncomingMessage> => {
    const url = new URL(request.url)
    if (url.protocol !== 'http:' && url.protocol !== 'https:') {
      throw new SanjhaError(
        'invalid_request',
        `Only http and https addresses can be fetched; this one is ${url.protocol}`,
      )
    }
    if (offline && !isLoopbackHost(url.hostname)) {
      throw new SanjhaError(
        'network_unreachable',
        `${url.host} is not asked, because the setting network.offline is on.`,
        {
          retryable: false,
          hint: 'Turn network.offline off to reach it.',
        },
      )
    }
    // Before, because a proxy resolves the name itself; and while connecting, because a name can change in between.
    if (publicOnly) await assertPublicAddress(url, options.lookup)
    const headers: Record<string, string> = Object.fromEntries(request.headers)
    headers['user-agent'] ??= `sanjha/${version}`
    headers['accept-encoding'] ??= 'gzip, deflate, br'
    headers.accept ??= '*/*'
    if (body !== undefined) headers['content-length'] = String(body.byteLength)
    const details: RequestOptions = {
      method: request.method,
      headers,
      agent: agents[url.protocol],
      signal: request.signal,
      ...(publicOnly && { lookup: publicLookup(url.hostname) }),
    }
    log.debug({ method: request.method, host: url.host }, 'HTTP request')
    for (let attempt = 0; ; attempt++) {
      const outgoing = (url.protocol === 'http:' ? httpRequest : httpsRequest)(url, details)
      try {
        return await new Promise((resolve, reject) => {
          outgoing.once('response', resolve)
          // Not `once`: a later error with nobody to hear it would end the process.
          outgoing.on('error', reject)
          outgoing.end(body)
        })
      } catch (error) {
        if (request.signal.aborted) throw request.signal.reason
        // The server closed a kept connection just as it was used again: that says nothing about the request.
        const stale = outgoing.reusedSocket && isNodeError(error) && ['ECONNRESET', 'EPIPE'].includes(error.code ?? '')
        if (!stale || attempt >= 3) throw toError(error as Error, url)
      }
    }
  }

  return async (input, init) => {
    let request = new Request(input, init)
    let body = request.body === null ? undefined : new Uint8Array(await request.arrayBuffer())
    for (let redirects = 0; ; redirects++) {
      request.signal.throwIfAborted()
      const message = await send(request, body)
      const location = isRedirect(message) ? message.headers.location : undefined
      if (location === undefined || request.redirect === 'manual') {
        return toResponse(message, request, redirects > 0)
      }
      message.resume()
      if (request.redirect === 'error' || redirects >= maxRedirects) {
        throw new SanjhaError(
          'upstream_error',
          `${new URL(request.url).host} redirects ${redirects > 0 ? 'too often' : 'where no redirect was expected'}.`,
        )
      }
      const next = redirected(request, message.statusCode ?? 0, new URL(location, request.url))
      if (next.method === 'GET' || next.method === 'HEAD') body = undefined
      request = next
    }
  }
}

const isRedirect = (message: IncomingMessage): boolean => [301, 302, 303, 307, 308].includes(message.statusCode ?? 0)

/** The request for the next address, as the Fetch standard has it. */
function redirected(request: Request, status: number, url: URL): Request {
  const toGet =
    (status === 303 && request.method !== 'HEAD') || ((status === 301 || status === 302) && request.method === 'POST')
  const headers = new Headers(request.headers)
  if (toGet) for (const name of ['content-type', 'content-length', 'content-encoding']) headers.delete(name)
  if (url.origin !== new URL(request.url).origin) {
    for (const name of ['authorization', 'cookie', 'proxy-authorization', 'x-api-key']) headers.delete(name)
  }
  const { signal, redirect } = request
  return new Request(url, { method: toGet ? 'GET' : request.method, headers, signal, redirect })
}

function toResponse(message: IncomingMessage, request: Request, redirects: boolean): Response {
  const headers = new Headers()
  for (const [name, values] of Object.entries(message.headersDistinct)) {
    for (const value of values ?? []) headers.append(name, value)
  }
  const status = message.statusCode ?? 502
  const bodiless = request.method === 'HEAD' || status === 204 || status === 205 || status === 304
  if (bodiless) message.resume()
  const body = bodiless ? null : (Readable.toWeb(decoded(message, headers, request)) as ReadableStream<Uint8Array>)
  const response = new Response(body, { status, statusText: message.statusMessage ?? '', headers })
  Object.defineProperty(response, 'url', { value: request.url })
  Object.defineProperty(response, 'redirected', { value: redirects })
  return response
}

/** A body that was cut is an error, never an end. */
function decoded(message: IncomingMessage, headers: Headers, request: Request): Readable {
  const encoding = headers.get('content-encoding')
  const decoder =
    encoding === 'gzip' || encoding === 'x-gzip'
      ? createGunzip()
      : encoding === 'deflate'
        ? createInflate()
        : encoding === 'br'
          ? createBrotliDecompress()
          : undefined
  const failed = (error: Error): Error =>
    request.signal.aborted ? (request.signal.reason as Error) : toError(error, new URL(request.url))
  if (decoder === undefined) {
    const body = new Readable({
      read: () => void message.resume(),
      destroy: (error, done) => {
        message.destroy()
        done(error)
      },
    })
    message.on('data', (chunk) => body.push(chunk) || message.pause())
    message.once('end', () => body.push(null))
    message.on('error', (error) => body.destroy(failed(error)))
    return body
  }
  // What comes out is no longer what these describe.
  headers.delete('content-encoding')
  headers.delete('content-length')
  message.on('error', (error) => decoder.destroy(failed(error)))
  decoder.once('close', () => message.destroy())
  return message.pipe(decoder)
}

/**
 * Resolves as usual, and refuses when the host that is asked for turns out to be anywhere but at public addresses. Whether
 * a proxy stands before it is for the agent to know; the proxy's own name may well lead to a private address.
 */
const publicLookup =
  (asked: string): LookupFunction =>
  (host, options, callback) => {
    dnsLookup(host, { ...options, all: true }, (error, addresses) => {
      const all = options.all === true
      if (error !== null) callback(error, all ? [] : '', 0)
      else if (host === asked && !addresses.every((a) => isPublicAddress(a.address)))
        callback(notPublic(host), all ? [] : '', 0)
      else if (all) callback(null, addresses)
      else callback(null, addresses[0]?.address ?? '', addresses[0]?.family ?? 0)
    })
  }

const reasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'refused the connection',
  ECONNRESET: 'cut the connection',
  ENOTFOUND: 'is not a known name',
  EAI_AGAIN: 'cannot be resolved just now',
  ETIMEDOUT: 'did not answer in time',
  ENETUNREACH: 'cannot be reached from this network',
  EHOSTUNREACH: 'cannot be reached from this network',
}
const untrusted = /CERT|SELF_SIGNED|UNABLE_TO_|ALTNAME/

function toError(error: Error, url: URL): Error {
  if (SanjhaError.is(error) || !isNodeError(error)) return error
  const code = error.code ?? ''
  if (untrusted.test(code)) {
    return new SanjhaError('network_unreachable', `The certificate of ${url.host} is not trusted: ${error.message}.`, {
      cause: error,
      retryable: false,
      hint: 'If your organisation has its own certificates, name their file in SSL_CERT_FILE or NODE_EXTRA_CA_CERTS.',
    })
  }
  const reason = reasons[code] ?? `cannot be reached: ${error.message || code}`
  return new SanjhaError('network_unreachable', `${url.host} ${reason}.`, { cause: error, details: { code } })
}
