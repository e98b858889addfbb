/** Bytes per second over a sliding window, and from it the time left. */
export class RateMeter {
  readonly #windowMs: number
  readonly #samples: { at: number; bytes: number }[] = []

  /** @param windowMs how far back the rate looks; default 5 s */
  constructor(windowMs = 5_000) {
    this.#windowMs = windowMs
  }

  /** @param at milliseconds that only grow  @param bytes the count so far */
  add(at: number, bytes: number): void {
    this.#samples.push({ at, bytes })
    // One sample older than the window stays, so that the window is always spanned.
    while (this.#samples.length > 2 && this.#samples[1]!.at <= at - this.#windowMs) this.#samples.shift()
  }

  /** Bytes per second; null until half a second has been seen. */
  rate(): number | null {
    const first = this.#samples[0]
    const last = this.#samples.at(-1)
    if (first === undefined || last === undefined || last.at - first.at < 500) return null
    return Math.max(0, ((last.bytes - first.bytes) * 1000) / (last.at - first.at))
  }

  /** Seconds for `remaining` bytes; null until known. */
  eta(remaining: number | null): number | null {
    const rate = this.rate()
    if (remaining === null || rate === null) return null
    if (remaining <= 0) return 0
    return rate === 0 ? null : remaining / rate
  }
}
