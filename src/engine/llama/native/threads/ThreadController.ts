/** One number of threads and what is known about it. */
interface Arm {
  readonly threads: number
  /** Smoothed milliseconds per unit of work; 0: never tried. */
  cost: number
  /** Busy time, in milliseconds since the start, before which it is not tried again. */
  notBefore: number
  /** How often in a row trying it did not pay. */
  failures: number
}

export interface ThreadControllerOptions {
  /** Threads at most: the cores that the process may use. */
  readonly max: number
  /** Share of the time that trying others may cost. Default 0.02. */
  readonly budget?: number
}

export interface ThreadChoice {
  readonly threads: number
  readonly reason: string
}

/** Says how many threads the next decode shall use, and learns from how it went. */
export interface ThreadChooser {
  readonly next: number
  readonly choice: ThreadChoice
  record(threads: number, work: number, milliseconds: number): void
}

/** The number a person asked for. */
export const fixedThreads = (threads: number): ThreadChooser => ({
  next: threads,
  choice: { threads, reason: 'set by the configuration' },
  record: () => undefined,
})

const smoothing = 0.25
/** Another number must be better by this to be taken: noise is no reason. */
const hysteresis = 0.95
/** This much slower than usual, several times in a row: the machine has changed. */
const alarm = 1.6
const alarmCount = 3
const trialDecodes = 2

/**
 * Chooses a number of threads by watching how long decodes take. llama.cpp's threads wait for each other by spinning, so
 * that one too many on a busy machine makes everything many times slower; counting cores cannot see that.
 *
 * It begins with the most, tries each half of it down to one while that is faster, and keeps the fastest. Later it tries the neighbours now and
 * then; what a trial costs decides when the next may be made, so that all trials together cost `budget` at most. When
 * decodes become much slower than usual, it looks around at once.
 */
export class ThreadController implements ThreadChooser {
  readonly #arms: Arm[]
  readonly #budget: number
  #current: Arm
  #trial: { readonly arm: Arm; readonly costs: number[] } | undefined
  /** Arms to try as soon as possible. */
  #queue: Arm[]
  #busyMs = 0
  #slow = 0
  #reason: string

  constructor(options: ThreadControllerOptions) {
    const max = Math.max(1, Math.floor(options.max))
    this.#budget = options.budget ?? 0.02
    this.#arms = ladder(max).map((threads) => ({ threads, cost: 0, notBefore: 0, failures: 0 }))
    this.#current = this.#arms.at(-1) as Arm
    this.#queue = this.#arms.slice(0, -1).reverse()
    this.#reason = max === 1 ? 'there is one core' : 'nothing was measured yet'
  }

  /** How many threads the next decode shall use. */
  get next(): number {
    return (this.#trial?.arm ?? this.#current).threads
  }

  get choice(): ThreadChoice {
    return { threads: this.#current.threads, reason: this.#reason }
  }

  /**
   * After each decode.
   * @param threads what it ran with
   * @param work units of work, e.g. tokens weighted by what they cost
   */
  record(threads: number, work: number, milliseconds: number): void {
    if (!(work > 0 && milliseconds >= 0) || this.#arms.length === 1) return
    this.#busyMs += milliseconds
    const cost = milliseconds / work
    if (this.#trial !== undefined && this.#trial.arm.threads === threads) this.#recordTrial(this.#trial, cost, work)
    else if (threads === this.#current.threads) this.#recordCurrent(cost)
    this.#plan()
  }

  #recordCurrent(cost: number): void {
    const arm = this.#current
    if (arm.cost > 0 && cost > arm.cost * alarm) {
      // One slow decode is noise, several are news: only then they count, and then alone.
      this.#slow++
      if (this.#slow < alarmCount) return
      arm.cost = cost
      this.#queue = this.#arms.filter((other) => other !== arm).sort((a, b) => a.threads - b.threads)
      for (const other of this.#arms) {
        other.notBefore = 0
        other.failures = 0
      }
      this.#slow = 0
      return
    }
    this.#slow = 0
    arm.cost = arm.cost === 0 ? cost : arm.cost + smoothing * (cost - arm.cost)
  }

  #recordTrial(trial: { readonly arm: Arm; readonly costs: number[] }, cost: number, work: number): void {
    trial.costs.push(cost)
    const { arm } = trial
    const best = Math.min(...trial.costs)
    const isHopeless = best > this.#current.cost * 1.1
    if (!isHopeless && trial.costs.length < trialDecodes) return
    this.#trial = undefined
    arm.cost = best
    if (best < this.#current.cost * hysteresis) {
      const previous = this.#current
      this.#current = arm
      arm.failures = 0
      previous.notBefore = this.#busyMs + 20 * previous.cost
      this.#explain(previous)
      return
    }
    // What it cost more than going on as before would have, paid for by `1 / budget` times as long without a trial.
    const extra = trial.costs.reduce((sum, each) => sum + Math.max(0, each - this.#current.cost), 0) * work
    arm.failures++
    arm.notBefore =
      this.#busyMs + Math.max(extra / this.#budget, 40 * this.#current.cost * work) * Math.min(4, arm.failures)
    this.#explain(arm)
  }

  #plan(): void {
    if (this.#trial !== undefined || this.#current.cost === 0) return
    const queued = this.#queue.shift()
    const arm = queued ?? this.#neighbours().find((other) => other.notBefore <= this.#busyMs)
    if (arm !== undefined && arm !== this.#current) this.#trial = { arm, costs: [] }
  }

  #neighbours(): Arm[] {
    const at = this.#arms.indexOf(this.#current)
    return [this.#arms[at - 1], this.#arms[at + 1]].filter((arm) => arm !== undefined)
  }

  #explain(other: Arm): void {
    const { threads, cost } = this.#current
    if (cost === 0 || other.cost === 0) return
    const factor = other.cost / cost
    const slower = factor >= 1.05 ? `${factor.toFixed(factor < 10 ? 1 : 0)} times slower` : 'no faster'
    const busy = other.threads > threads && factor > 2 ? ', because other programs need the cores' : ''
    this.#reason = `measured: ${other.threads} ${other.threads === 1 ? 'thread was' : 'threads were'} ${slower}${busy}`
  }
}

/** 1, 2, 4 … and `max`. */
function ladder(max: number): number[] {
  const steps: number[] = []
  for (let threads = 1; threads < max; threads *= 2) steps.push(threads)
  return [...steps, max]
}
