/** A clock that stands until it is told to go on. */
export class ManualClock {
  #now = 0
  #timers: { readonly at: number; readonly done: () => void }[] = []

  now(): number {
    return this.#now
  }

  setTimeout(done: () => void, ms: number): unknown {
    const timer = { at: this.#now + ms, done }
    this.#timers.push(timer)
    return timer
  }

  clearTimeout(timer: unknown): void {
    this.#timers = this.#timers.filter((each) => each !== timer)
  }

  /** How long until each timer, the next first. */
  get waiting(): number[] {
    return this.#timers.map(({ at }) => at - this.#now).toSorted((a, b) => a - b)
  }

  /** Time passes, and what was due in it happens in its order. */
  async pass(ms: number): Promise<void> {
    const end = this.#now + ms
    while (true) {
      const next = this.#timers.toSorted((a, b) => a.at - b.at).find(({ at }) => at <= end)
      if (next === undefined) break
      this.#now = Math.max(this.#now, next.at)
      this.clearTimeout(next)
      next.done()
      await settle()
    }
    this.#now = end
    await settle()
  }

  /** The machine sleeps: time passes, and nothing happens in it. */
  sleep(ms: number): void {
    this.#now += ms
  }
}

/** Lets everything happen that waits for nothing but its turn. */
export async function settle(): Promise<void> {
  for (let i = 0; i < 3; i++) await new Promise((resolve) => setImmediate(resolve))
}
