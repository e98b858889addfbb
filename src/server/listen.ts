import type { Server as HttpServer, ServerResponse } from 'node:http'
import { type AddressInfo, Server as NetServer } from 'node:net'
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

/** A machine out of file handles says so for every connection that comes; the log hears it this often. In milliseconds. */
const quietMs = 10_000

/** Binds and answers. Errors: `port_in_use`, `invalid_config` (bound beyond loopback without a key), `forbidden`. */
export async function listenOn(
  fetch: (request: Request, carrier: object) => Promise<Response>,
  active: ActiveRequests,
  sanjha: Sanjha,
  clock: Clock,
  options: ListenOptions,
): Promise<Listening> {
  const { server: settings } = sanjha.config
  const host = options.host ?? settings.host
  const port = options.port ?? settings.port
  checkExposure({ host, apiKeys: settings.apiKeys })
  const http = createAdaptorServer({
    fetch: (request, { outgoing }) => fetch(request, outgoing),
    overrideGlobalObjects: false,
    hostname: host,
  }) as HttpServer
  // A long answer is no fault; a header that never ends is.
  http.requestTimeout = 0
  http.headersTimeout = 30_000
  // Longer than clients and proxies keep an idle connection, so that it is they who close it and no request meets a closed one.
  http.keepAliveTimeout = 75_000
  const unsent = new UnsentAnswers(http, (response) => active.isLasting(response))
  await bind(http, host, port)
  // From now on an error concerns a connection that comes (too many open files, say). Unheard it would end the process.
  let said = Number.NEGATIVE_INFINITY
  http.on('error', (err) => {
    if (clock.monotonic() - said < quietMs) return
    said = clock.monotonic()
    sanjha.log.error({ err }, 'a connection could not be accepted')
  })
  const address = http.address() as AddressInfo
  const hurry = new AbortController()
  let closing: Promise<void> | undefined
  return {
    url: `http://${urlHost(host)}:${address.port}`,
    host,
    port: address.port,
    get active() {
      return active.size
    },
    close: (graceMs = settings.shutdownGraceMs) => {
      if (graceMs === 0) {
        active.abortAll()
        hurry.abort()
      }
      closing ??= stop({ http, active, unsent, graceMs, clock, hurry: hurry.signal })
      return closing
    },
  }
}

/** The answers that the system has not taken over whole: their clients still read. */
class UnsentAnswers {
  readonly #open = new Set<ServerResponse>()
  readonly #waiting = new Set<() => void>()
  readonly #isLasting: (response: ServerResponse) => boolean

  constructor(http: HttpServer, isLasting: (response: ServerResponse) => boolean) {
    this.#isLasting = isLasting
    http.on('request', (_, response) => {
      this.#open.add(response)
      response.once('close', () => {
        this.#open.delete(response)
        for (const look of this.#waiting) look()
      })
    })
  }

  /** Waits until all are sent but the lasting ones, for so long at most, or until aborted. */
  rest(ms: number, clock: Clock, signal: AbortSignal): Promise<void> {
    return this.#none((response) => !this.#isLasting(response), ms, clock, signal)
  }

  /** Waits until all are sent, for so long at most. */
  all(ms: number, clock: Clock): Promise<void> {
    return this.#none(() => true, ms, clock)
  }

  async #none(
    counts: (response: ServerResponse) => boolean,
    ms: number,
    clock: Clock,
    signal?: AbortSignal,
  ): Promise<void> {
    const left = (): boolean => this.#open.values().some(counts)
    if (!left() || ms <= 0) return
    const { promise, resolve } = Promise.withResolvers<void>()
    const look = (): void => {
      if (!left()) resolve()
    }
    this.#waiting.add(look)
    const done = new AbortController()
    const late = clock.sleep(ms, AbortSignal.any(signal ? [done.signal, signal] : [done.signal]))
    await Promise.race([promise, late.catch(() => undefined)])
    this.#waiting.delete(look)
    done.abort()
  }
}

interface Stopping {
  readonly http: HttpServer
  readonly active: ActiveRequests
  readonly unsent: UnsentAnswers
  readonly graceMs: number
  readonly clock: Clock
  /** Aborted when nobody wants to wait any longer. */
  readonly hurry: AbortSignal
}

async function stop({ http, active, unsent, graceMs, clock, hurry }: Stopping): Promise<void> {
  const began = clock.monotonic()
  // Not http's own close: it takes a connection for idle whose answer has ended but is not sent yet, and cuts it.
  const closed = new Promise<void>((resolve) => NetServer.prototype.close.call(http, () => resolve()))
  await active.drain(graceMs, clock)
  // Answered is not sent: what a slow client has not read yet may be a large part of its answer.
  await unsent.rest(graceMs - (clock.monotonic() - began), clock, hurry)
  // What was aborted still sends its last event. A client that does not read it is not waited for.
  await unsent.all(500, clock)
  http.closeAllConnections()
  await closed
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
