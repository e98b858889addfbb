import type { Clock } from '../../core/index.ts'

/** A clock whose time passes only when told to. */
export class ManualClock implements Clock {
  #time: number
  #sleepers: { readonly at: number; readonly wake: () => void }[] = []

  constructor(start = 0) {
    this.#time = start
  }

  now(): number {
    return this.#time
  }

  monotonic(): number {
    return this.#time
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) {
        reject(signal.reason)
        return
      }
      if (ms <= 0) {
        resolve()
        return
      }
      const sleeper = { at: this.#time + ms, wake: resolve }
      this.#sleepers.push(sleeper)
      signal?.addEventListener('abort', () => {
        this.#sleepers = this.#sleepers.filter((each) => each !== sleeper)
        reject(signal.reason)
      })
    })
  }

  /** How many wait. */
  get sleeping(): number {
    return this.#sleepers.length
  }

  /** Lets so many milliseconds pass, waking sleepers in order, and lets what they started settle. */
  async advance(ms: number): Promise<void> {
    const end = this.#time + ms
    while (true) {
      await settle()
      const next = this.#sleepers.toSorted((a, b) => a.at - b.at)[0]
      if (!next || next.at > end) break
      this.#time = next.at
      this.#sleepers = this.#sleepers.filter((each) => each !== next)
      next.wake()
    }
    this.#time = end
    await settle()
  }
}

/** Lets everything that is ready to go on do so. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve))
}
