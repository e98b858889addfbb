import type { Server as HttpServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createAdaptorServer } from '@hono/node-server'
import type { Sanjha } from '../app/contract.ts'
import { type Clock, checkExposure, isNodeError, SanjhaError } from '../core/index.ts'
import type { ActiveRequests } from './http/RequestScope.ts'

export interface ListenOptions {
  /** Default: `server.host`. */
  readonly host?: string
  /** Default: `server.port`; 0 lets the system choose. */
  readonly port?: number
}

/** A server that answers. */
export interface Listening {
  /** e.g. `http://127.0.0.1:11811`; a name that this machine can call, also when bound to all addresses. */
  readonly url: string
  readonly host: string
  readonly port: number
  /** Requests being answered now. */
  readonly active: number
  /**
   * Stops: no new requests, streams may go on for `graceMs` (default: `server.shutdownGrace`), then they end with
   * `shutting_down`. May be called again with 0 to end at once.
   */
  close(graceMs?: number): Promise<void>
}

/** Binds and answers. Errors: `port_in_use`, `invalid_config` (bound beyond loopback without a key), `forbidden`. */
export async function listenOn(
  fetch: (request: Request) => Promise<Response>,
  active: ActiveRequests,
  sanjha: Sanjha,
  clock: Clock,
  options: ListenOptions,
): Promise<Listening> {
  const { server: settings } = sanjha.config
  const host = options.host ?? settings.host
  const port = options.port ?? settings.port
  checkExposure({ host, apiKeys: settings.apiKeys })
  const http = createAdaptorServer({ fetch, overrideGlobalObjects: false, hostname: host }) as HttpServer
  // A long answer is no fault; a header that never ends is.
  http.requestTimeout = 0
  http.headersTimeout = 30_000
  // Longer than clients and proxies keep an idle connection, so that it is they who close it and no request meets a closed one.
  http.keepAliveTimeout = 75_000
  await bind(http, host, port)
  const address = http.address() as AddressInfo
  let closing: Promise<void> | undefined
  return {
    url: `http://${urlHost(host)}:${address.port}`,
    host,
    port: address.port,
    get active() {
      return active.size
    },
    close: (graceMs = settings.shutdownGraceMs) => {
      if (closing !== undefined && graceMs === 0) active.abortAll()
      closing ??= stop(http, active, graceMs, clock)
      return closing
    },
  }
}

async function stop(http: HttpServer, active: ActiveRequests, graceMs: number, clock: Clock): Promise<void> {
  const closed = new Promise<void>((resolve) => http.close(() => resolve()))
  await active.drain(graceMs, clock)
  // What was aborted still sends its last event. A client that does not read it is not waited for.
  const last = setTimeout(() => http.closeAllConnections(), 500)
  // A connection that has just sent its last byte becomes idle only a moment later.
  const idle = setInterval(() => http.closeIdleConnections(), 5)
  await closed
  clearTimeout(last)
  clearInterval(idle)
}

async function bind(http: HttpServer, host: string, port: number): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  http.once('error', reject)
  http.listen(port, host.replace(/^\[|\]$/g, ''), resolve)
  try {
    await promise
  } catch (error) {
    const code = isNodeError(error) ? error.code : undefined
    if (code === 'EADDRINUSE') {
      throw new SanjhaError('port_in_use', `Port ${port} on ${host} is taken by another program.`, {
        cause: error,
        hint: 'Give another one with --port N (0 takes any free one), or stop the other program.',
      })
    }
    if (code === 'EACCES') {
      throw new SanjhaError('forbidden', `This account may not listen on port ${port}.`, {
        cause: error,
        hint: 'Give a port above 1023 with --port N.',
      })
    }
    throw new SanjhaError('invalid_config', `Listening on ${host}:${port} failed: ${(error as Error).message}.`, {
      cause: error,
      hint: 'server.host must be an address or a name of this machine.',
    })
  } finally {
    http.removeListener('error', reject)
  }
}

function urlHost(host: string): string {
  if (host === '0.0.0.0' || host === '::' || host === '') return '127.0.0.1'
  return host.includes(':') && !host.startsWith('[') ? `[${host}]` : host
}
