import { type Clock, SanjhaError } from '../core/index.ts'

export interface AdmissionLimits {
  /** Calls worked on at once. */
  readonly maxConcurrent: number
  /** Calls that may wait; further ones are refused at once. */
  readonly maxQueue: number
}

interface Waiter {
  readonly admit: () => void
}

/** Lets in so many calls at once, keeps so many waiting in order of arrival, and refuses the rest with an estimate of when to try again. */
export class Admission {
  readonly #limits: AdmissionLimits
  readonly #clock: Clock
  readonly #changed: (running: number, waiting: number) => void
  readonly #waiting = new Set<Waiter>()
  #running = 0
  /** Moving average of how long a call takes, in milliseconds. */
  #meanMs = 1_000

  constructor(limits: AdmissionLimits, clock: Clock, changed: (running: number, waiting: number) => void = () => {}) {
    this.#limits = limits
    this.#clock = clock
    this.#changed = changed
  }

  /**
   * Waits for a place and returns the function that gives it back. Errors: `overloaded` when too many wait already
   * (`details.retryAfterSeconds` says when to try again), or the signal's reason.
   */
  async enter(signal: AbortSignal): Promise<() => void> {
    signal.throwIfAborted()
    if (this.#running < this.#limits.maxConcurrent && this.#waiting.size === 0) return this.#admit()
    if (this.#waiting.size >= this.#limits.maxQueue) throw this.#refusal()
    await new Promise<void>((resolve, reject) => {
      const cancel = (): void => {
        this.#waiting.delete(waiter)
        this.#report()
        reject(signal.reason)
      }
      const waiter: Waiter = {
        admit: () => {
          signal.removeEventListener('abort', cancel)
          resolve()
        },
      }
      signal.addEventListener('abort', cancel, { once: true })
      this.#waiting.add(waiter)
      this.#report()
    })
    // The place was reserved by `#leave` before this continued, so that nobody could slip in between.
    return this.#leaveLater()
  }

  #admit(): () => void {
    this.#running++
    this.#report()
    return this.#leaveLater()
  }

  #leaveLater(): () => void {
    const since = this.#clock.monotonic()
    let left = false
    return () => {
      if (left) return
      left = true
      this.#meanMs += (this.#clock.monotonic() - since - this.#meanMs) * 0.1
      this.#running--
      const [next] = this.#waiting
      if (next !== undefined) {
        this.#waiting.delete(next)
        this.#running++
        next.admit()
      }
      this.#report()
    }
  }

  #report(): void {
    this.#changed(this.#running, this.#waiting.size)
  }

  #refusal(): SanjhaError {
    const turns = (this.#waiting.size + 1) / this.#limits.maxConcurrent
    const retryAfterSeconds = Math.min(60, Math.max(1, Math.ceil((turns * this.#meanMs) / 1000)))
    return new SanjhaError(
      'overloaded',
      `${this.#running} requests are being worked on and ${this.#waiting.size} wait already.`,
      {
        hint: `Try again in ${retryAfterSeconds} s, or raise server.maxQueue or server.maxConcurrent.`,
        details: { retryAfterSeconds, running: this.#running, waiting: this.#waiting.size },
      },
    )
  }
}
