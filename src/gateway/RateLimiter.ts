import { type Clock, SanjhaError } from '../core/index.ts'

interface Bucket {
  /** Requests that may be made at once. */
  tokens: number
  /** When that was true, in milliseconds. */
  at: number
}

/**
 * So many requests a minute for each caller: a bucket that holds a minute's worth, is full at first, and fills evenly (a token
 * bucket). A caller that was quiet may hence begin with as many at once.
 */
export class RateLimiter {
  readonly #perMinute: number
  readonly #clock: Clock
  readonly #buckets = new Map<string, Bucket>()

  /** @param perMinute 0: no limit */
  constructor(perMinute: number, clock: Clock) {
    this.#perMinute = perMinute
    this.#clock = clock
  }

  /** Counts one request. Errors: `rate_limited`, with the seconds until there is room for another one. */
  take(caller: string): void {
    if (this.#perMinute === 0) return
    const now = this.#clock.monotonic()
    const perMs = this.#perMinute / 60_000
    const bucket = this.#buckets.get(caller) ?? { tokens: this.#perMinute, at: now }
    const tokens = Math.min(this.#perMinute, bucket.tokens + (now - bucket.at) * perMs)
    if (tokens >= 1) {
      this.#buckets.set(caller, { tokens: tokens - 1, at: now })
      return
    }
    const retryAfterSeconds = Math.max(1, Math.ceil((1 - tokens) / perMs / 1000))
    throw new SanjhaError(
      'rate_limited',
      `Only ${this.#perMinute} requests a minute are allowed, and they have been made.`,
      {
        hint: `Try again in ${retryAfterSeconds} s, or raise server.rateLimit.`,
        details: { retryAfterSeconds, perMinute: this.#perMinute },
      },
    )
  }
}
