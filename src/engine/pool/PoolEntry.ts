import { type Clock, SanjhaError } from '../../core/index.ts'
import type { LoadedModel, LoadOptions } from './contract.ts'
import type { EngineSource, ManagedEngine } from './sources.ts'

/** The longest time a timer of JavaScript can wait, in milliseconds. */
const longestTimer = 2 ** 31 - 1

export interface PoolEntryOptions {
  readonly source: EngineSource
  readonly load: LoadOptions
  readonly contextLength: number
  /** What the pool sets aside for it. */
  readonly needBytes: number
  /** How long it stays after its last request, in milliseconds, as long as no request says otherwise. */
  readonly keepAliveMs: number
  readonly start: (signal: AbortSignal) => Promise<ManagedEngine>
  readonly clock: Clock
  /** Something changed that others may wait for: memory or a lease is free, the engine is ready or gone. */
  readonly onChange: () => void
}

/** One engine of the pool, from loading to gone: its leases, its keep-alive time, its end. */
export class PoolEntry {
  readonly source: EngineSource
  readonly load: LoadOptions
  readonly contextLength: number
  readonly needBytes: number
  /** The engine once loaded; rejects when it could not be. */
  readonly ready: Promise<ManagedEngine>
  /** Resolves when nothing is left of it. */
  readonly gone: Promise<void>
  managed: ManagedEngine | undefined
  leases: number = 0
  lastUsed: number
  loadedAt: number | null = null
  /** When it will be unloaded; null while it is in use or stays for ever. */
  expiresAt: number | null = null

  readonly #clock: Clock
  readonly #onChange: () => void
  readonly #loading = new AbortController()
  readonly #gone = Promise.withResolvers<void>()
  #keepAliveMs: number
  #idle: AbortController | undefined
  #state: 'loading' | 'ready' | 'draining' | 'unloading' | 'gone' = 'loading'

  constructor(options: PoolEntryOptions) {
    this.source = options.source
    this.load = options.load
    this.contextLength = options.contextLength
    this.needBytes = options.needBytes
    this.#keepAliveMs = options.keepAliveMs
    this.#clock = options.clock
    this.#onChange = options.onChange
    this.lastUsed = options.clock.monotonic()
    this.gone = this.#gone.promise
    this.ready = options.start(this.#loading.signal).then(
      (managed) => this.#loaded(managed),
      (error: unknown) => {
        this.#end()
        throw error
      },
    )
    // Whoever waits for it sees the error; the pool itself does not wait.
    this.ready.catch(() => undefined)
  }

  get state(): LoadedModel['state'] {
    if (this.#state === 'loading') return 'loading'
    if (this.#state === 'ready') return this.managed?.state ?? 'ready'
    return 'unloading'
  }

  /** Whether new requests may have it. */
  get open(): boolean {
    return this.#state === 'loading' || this.#state === 'ready'
  }

  /** Loaded and used by nobody, so that it may be unloaded for another. */
  get idle(): boolean {
    return this.#state === 'ready' && this.leases === 0
  }

  /** On its way out and used by nobody: what it holds will be free in a moment. */
  get leaving(): boolean {
    return !this.open && this.leases === 0
  }

  /** A time that is given holds until another is given; a request that gives none leaves it as it is. */
  hold(keepAliveMs: number | undefined): void {
    this.leases++
    if (keepAliveMs !== undefined) this.#keepAliveMs = keepAliveMs
    this.lastUsed = this.#clock.monotonic()
    this.expiresAt = null
    this.#idle?.abort()
    this.#idle = undefined
  }

  release(): void {
    this.leases--
    this.lastUsed = this.#clock.monotonic()
    if (this.leases === 0) this.#unused()
    this.#onChange()
  }

  /** Takes no new requests and ends when the last one is done. Resolves when it is gone. */
  drain(): Promise<void> {
    if (this.open) {
      const loading = this.#state === 'loading'
      this.#state = 'draining'
      if (loading) this.#loading.abort(new SanjhaError('cancelled', 'The model was stopped while it loaded.'))
      else if (this.leases === 0) this.#unload()
    }
    return this.gone
  }

  /** Ends now, whoever uses it. */
  terminate(): Promise<void> {
    this.#loading.abort(new SanjhaError('cancelled', 'The model was stopped while it loaded.'))
    if (this.managed) this.#unload()
    return this.gone
  }

  #loaded(managed: ManagedEngine): ManagedEngine {
    this.managed = managed
    this.loadedAt = this.#clock.now()
    if (this.#state === 'loading') {
      this.#state = 'ready'
      if (this.leases === 0) this.#unused()
      this.#onChange()
      return managed
    }
    // Stopped in the very moment it became ready.
    this.#unload()
    throw new SanjhaError('cancelled', 'The model was stopped while it loaded.')
  }

  #unused(): void {
    if (this.#state === 'draining' || (this.#state === 'ready' && this.#keepAliveMs <= 0)) {
      this.#unload()
      return
    }
    if (this.#state !== 'ready' || this.#keepAliveMs === Number.POSITIVE_INFINITY) return
    this.expiresAt = this.#clock.now() + this.#keepAliveMs
    const idle = new AbortController()
    this.#idle = idle
    void this.#sleep(this.#keepAliveMs, idle.signal).then(
      () => {
        if (this.idle && this.#idle === idle) this.#unload()
      },
      () => undefined,
    )
  }

  async #sleep(ms: number, signal: AbortSignal): Promise<void> {
    for (let left = ms; left > 0; left -= longestTimer) await this.#clock.sleep(Math.min(left, longestTimer), signal)
  }

  #unload(): void {
    if (this.#state === 'unloading' || this.#state === 'gone') return
    this.#state = 'unloading'
    this.expiresAt = null
    this.#idle?.abort()
    const end = (): void => this.#end()
    void (this.managed?.engine.close() ?? Promise.resolve()).then(end, end)
  }

  #end(): void {
    this.#state = 'gone'
    this.#idle?.abort()
    this.#gone.resolve()
    this.#onChange()
  }
}
