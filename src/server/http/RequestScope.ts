import { type Clock, SanjhaError } from '../../core/index.ts'

/**
 * The life of one request: its one abort signal and its deadline. The signal fires when the client goes away, when the
 * time is up, or when the server stops for good. A plain controller, not `AbortSignal.any`, so that nothing of a
 * finished request stays attached to a signal that lives as long as the server.
 */
export class RequestScope {
  readonly signal: AbortSignal
  readonly #controller = new AbortController()
  readonly #onEnd: (scope: RequestScope) => void
  readonly #timer: NodeJS.Timeout | undefined
  readonly #client: AbortSignal
  readonly #clientGone = (): void => this.abort(new SanjhaError('cancelled', 'The client closed the connection.'))
  #ended = false

  constructor(client: AbortSignal, timeoutMs: number, onEnd: (scope: RequestScope) => void) {
    this.signal = this.#controller.signal
    this.#onEnd = onEnd
    this.#client = client
    if (client.aborted) this.#clientGone()
    else client.addEventListener('abort', this.#clientGone, { once: true })
    if (Number.isFinite(timeoutMs)) {
      // Longer than Node's timers can count is as good as for ever.
      const limit = Math.min(timeoutMs, 2 ** 31 - 1)
      this.#timer = setTimeout(() => {
        this.abort(
          new SanjhaError('timeout', `The request took longer than the ${Math.round(limit / 1000)} s allowed.`, {
            hint: 'Ask for fewer tokens, or raise server.requestTimeout.',
          }),
        )
      }, limit)
      this.#timer.unref()
    }
  }

  /** Aborts with `reason` as the signal's reason. */
  abort(reason: SanjhaError): void {
    if (!this.#controller.signal.aborted) this.#controller.abort(reason)
  }

  /** To be called when the last byte of the answer is on its way. */
  end(): void {
    if (this.#ended) return
    this.#ended = true
    clearTimeout(this.#timer)
    this.#client.removeEventListener('abort', this.#clientGone)
    this.#onEnd(this)
  }
}

/**
 * Why a request failed. Once it was aborted, the reason for that is what the client should read, whatever the engine
 * made of the signal.
 */
export function failureOf(error: unknown, signal: AbortSignal): SanjhaError {
  return signal.aborted && SanjhaError.is(signal.reason) ? signal.reason : SanjhaError.from(error)
}

/** The requests being answered now, so that a stopping server can wait for them. */
export class ActiveRequests {
  readonly #scopes = new Set<RequestScope>()
  /** Those that nobody waits for, and what carries their answers. */
  readonly #lasting = new Set<RequestScope>()
  readonly #lastingCarriers = new WeakSet<object>()
  readonly #idle = new Set<() => void>()
  #draining = false

  /** Without the lasting ones, which are nobody's work. */
  get size(): number {
    return this.#scopes.size
  }

  /** Whether new requests are refused. */
  get draining(): boolean {
    return this.#draining
  }

  open(client: AbortSignal, timeoutMs: number): RequestScope {
    const scope = new RequestScope(client, timeoutMs, (ended) => {
      this.#scopes.delete(ended)
      if (this.#scopes.size === 0) for (const resolve of this.#idle) resolve()
    })
    this.#scopes.add(scope)
    return scope
  }

  /**
   * One that lasts as long as the client and the server do (`RouteSpec.lasting`): it has no deadline, and a server that
   * stops ends it at once instead of waiting. @param carrier what `isLasting` is asked with
   */
  openLasting(client: AbortSignal, carrier?: object): RequestScope {
    const scope = new RequestScope(client, Number.POSITIVE_INFINITY, (ended) => this.#lasting.delete(ended))
    this.#lasting.add(scope)
    if (carrier !== undefined) this.#lastingCarriers.add(carrier)
    return scope
  }

  /** Whether that carries a lasting answer, or what is left of one. */
  isLasting(carrier: object): boolean {
    return this.#lastingCarriers.has(carrier)
  }

  /** Refuses new requests, ends lasting ones, waits up to `graceMs` for the others, then aborts the rest. */
  async drain(graceMs: number, clock: Clock): Promise<void> {
    this.#draining = true
    abortEach(this.#lasting)
    if (this.#scopes.size > 0 && graceMs > 0) {
      const done = new AbortController()
      await Promise.race([this.idle(), clock.sleep(graceMs, done.signal).catch(() => undefined)])
      done.abort()
    }
    this.abortAll()
  }

  /** Resolves when nothing is being answered any more. */
  async idle(): Promise<void> {
    if (this.#scopes.size === 0) return
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#idle.add(resolve)
    await promise
    this.#idle.delete(resolve)
  }

  abortAll(): void {
    this.#draining = true
    abortEach([...this.#lasting, ...this.#scopes])
  }
}

/** All of them, although each leaves its collection when it ends. */
function abortEach(scopes: Iterable<RequestScope>): void {
  for (const scope of [...scopes]) scope.abort(new SanjhaError('shutting_down', 'The server is stopping.'))
}
