import { type Clock, type Logger, SanjhaError, silentLogger, sortableId, systemClock } from '../../core/index.ts'
import type { Live, LiveEvent, LiveSource, LiveSubscription } from './contract.ts'
import { LiveQueue, type LiveQueueLimits } from './LiveQueue.ts'
import { slimMessage } from './slimMessage.ts'

export interface LiveHubOptions {
  readonly clock?: Clock
  readonly log?: Logger
  /** What may wait for one listener. */
  readonly limits?: Partial<LiveQueueLimits>
}

interface Listener {
  readonly queue: LiveQueue
  wake(): void
}

/** Hands each event to everybody who listens, and lets its sources work only while somebody does. */
export class LiveHub implements Live {
  readonly boot: string
  readonly #log: Logger
  readonly #limits: Partial<LiveQueueLimits>
  readonly #sources: LiveSource[] = []
  readonly #listeners = new Set<Listener>()
  #started: Promise<void> = Promise.resolve()
  #closed = false

  constructor({ clock = systemClock, log = silentLogger, limits = {} }: LiveHubOptions = {}) {
    this.boot = sortableId('boot', clock.now())
    this.#log = log
    this.#limits = limits
  }

  get isHeard(): boolean {
    return this.#listeners.size > 0
  }

  /** Before anybody listens. */
  addSource(source: LiveSource): void {
    this.#sources.push(source)
  }

  publish(event: LiveEvent): void {
    if (this.#listeners.size === 0) return
    const told: LiveEvent =
      event.name === 'message' ? { name: 'message', data: slimMessage(event.data.message) } : event
    for (const listener of [...this.#listeners]) {
      listener.queue.add(told)
      if (listener.queue.isFull) this.#leave(listener)
      else listener.wake()
    }
  }

  subscribe(signal: AbortSignal): LiveSubscription {
    let wake: () => void = () => undefined
    const listener: Listener = { queue: new LiveQueue(this.#limits), wake: () => wake() }
    if (!this.#closed && !signal.aborted) {
      this.#listeners.add(listener)
      signal.addEventListener('abort', () => this.#leave(listener), { once: true })
      if (this.#listeners.size === 1) this.#start()
    }
    const listens = (): boolean => this.#listeners.has(listener)
    const leave = (): void => this.#leave(listener)
    async function* events(): AsyncGenerator<LiveEvent> {
      try {
        while (listens()) {
          const event = listener.queue.take()
          if (event !== undefined) {
            yield event
            continue
          }
          await new Promise<void>((resolve) => {
            wake = resolve
          })
        }
      } finally {
        leave()
      }
    }
    return { ready: this.#started, events: events() }
  }

  close(): void {
    this.#closed = true
    for (const listener of [...this.#listeners]) this.#leave(listener)
  }

  #start(): void {
    const starting = this.#sources.map((source) =>
      source.start().catch((error: unknown) => {
        this.#log.warn({ error: SanjhaError.from(error).toJSON() }, 'some changes cannot be watched')
      }),
    )
    this.#started = Promise.all(starting).then(() => undefined)
  }

  #leave(listener: Listener): void {
    if (!this.#listeners.delete(listener)) return
    listener.wake()
    if (this.#listeners.size === 0) for (const source of this.#sources) source.stop()
  }
}
