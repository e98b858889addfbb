import { readFile } from 'node:fs/promises'
import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import { Readable, type Transform } from 'node:stream'
import { getCACertificates } from 'node:tls'
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib'
import { SanjhaError } from '../../core/index.ts'
import type { ConnectionSettings } from './byteOrigin.ts'

type Env = Readonly<Record<string, string | undefined>>

/** What downloads need of `fetch`: no request body, no following of redirects. */
export interface FetchOptions {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly signal?: AbortSignal
  readonly redirect?: 'manual'
}
export type Fetch = (url: string, options?: FetchOptions) => Promise<Response>

/**
 * A `fetch` on `node:http` and `node:https`, which honours HTTPS_PROXY, HTTP_PROXY and NO_PROXY of `env`, and a
 * connection's own proxy and certificates.
 *
 * Why not the built-in `fetch`: with undici 7.29 (Node 24.21) and 8.12, a server that ends a body without a length by
 * closing the connection, while we are not reading, makes a failed assertion that no caller can catch: it ends the
 * process. `createFetch.test.ts` shows that this one survives.
 *
 * Errors: `invalid_config` when a certificate file cannot be read.
 */
export async function createFetch(env: Env, connection: ConnectionSettings = {}): Promise<Fetch> {
  const ca =
    connection.caFiles === undefined || connection.caFiles.length === 0
      ? undefined
      : [...getCACertificates('default'), ...(await readAll(connection.caFiles))]
  const proxyEnv = connection.proxy === undefined ? env : { ...env, ...allProxies(connection.proxy) }
  // Sockets are not kept: an idle one would keep a short-lived command from ending.
  const agents = {
    'http:': new HttpAgent({ proxyEnv }),
    'https:': new HttpsAgent({ proxyEnv, ...(ca !== undefined && { ca }) }),
  }
  return async (url, options = {}) => {
    const { protocol } = new URL(url)
    if (protocol !== 'http:' && protocol !== 'https:') throw new TypeError(`${protocol} is not supported`)
    const send = protocol === 'http:' ? httpRequest : httpsRequest
    const message = await new Promise<IncomingMessage>((resolve, reject) => {
      const { method = 'GET', headers = {}, signal } = options
      const request = send(url, { method, headers, agent: agents[protocol], ...(signal && { signal }) })
      request.once('response', resolve)
      request.once('error', reject)
      request.end()
    })
    return toResponse(message, options.method === 'HEAD')
  }
}

function toResponse(message: IncomingMessage, headOnly: boolean): Response {
  const headers = new Headers()
  for (const [name, values] of Object.entries(message.headersDistinct)) {
    for (const value of values ?? []) headers.append(name, value)
  }
  const status = message.statusCode ?? 500
  // These never have a body, and `Response` refuses one.
  if (headOnly || status === 204 || status === 205 || status === 304) {
    message.resume()
    return new Response(null, { status, headers })
  }
  const body = decoded(message, headers.get('content-encoding'))
  return new Response(Readable.toWeb(body) as ReadableStream<Uint8Array>, { status, headers })
}

/** We ask for identity; some servers compress all the same. A truncated compressed body is an error, not an end. */
function decoded(message: IncomingMessage, encoding: string | null): Readable {
  const decoder: Transform | undefined =
    encoding === 'gzip' || encoding === 'x-gzip'
      ? createGunzip()
      : encoding === 'deflate'
        ? createInflate()
        : encoding === 'br'
          ? createBrotliDecompress()
          : undefined
  if (decoder === undefined) return message
  message.once('error', (error) => decoder.destroy(error))
  decoder.once('close', () => message.destroy())
  return message.pipe(decoder)
}

function allProxies(proxy: string): Record<string, string> {
  return { http_proxy: proxy, HTTP_PROXY: proxy, https_proxy: proxy, HTTPS_PROXY: proxy }
}

async function readAll(files: readonly string[]): Promise<string[]> {
  return await Promise.all(
    files.map(async (file) => {
      try {
        return await readFile(file, 'utf8')
      } catch (error) {
        throw new SanjhaError('invalid_config', `The certificate file ${file} cannot be read.`, {
          cause: error,
          hint: 'It is named in the settings of pip, uv or npm, or in PIP_CERT: correct it there.',
        })
      }
    }),
  )
}
