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
  /** Where to begin, asked at the first decode. Default: half of `max`, which seldom is too many. */
  readonly initial?: () => number
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
  /** The next decode tries another number: it had better be a small one. */
  readonly isTrying: boolean
  /** Milliseconds after which the next decode, of so much work, is to be given up, because it is a trial that fails. */
  limit(work: number): number
  /**
   * After each decode.
   * @param threads what it ran with
   * @param work units of work, e.g. tokens weighted by what they cost
   */
  record(threads: number, work: number, milliseconds: number): void
  /** It was given up after its limit. */
  abandoned(threads: number, work: number, milliseconds: number): void
}

/** The number a person asked for. */
export const fixedThreads = (threads: number): ThreadChooser => ({
  next: threads,
  choice: { threads, reason: 'set by the configuration' },
  isTrying: false,
  limit: () => Number.POSITIVE_INFINITY,
  record: () => undefined,
  abandoned: () => undefined,
})

const smoothing = 0.25
/** Another number must be better by this to be taken: noise is no reason. */
const hysteresis = 0.95
/** This much slower than usual, several times in a row: the machine has changed. */
const alarm = 1.6
const alarmCount = 3
const trialDecodes = 2
/** Whatever a failed trial has cost: after so many milliseconds of work the machine may have become a quiet one. */
const longestPause = 20_000
/** A trial that takes this many times as long as usual has failed. */
const patience = 2

/**
 * Chooses a number of threads by watching how long decodes take. llama.cpp's threads wait for each other by spinning, so
 * that one too many on a busy machine makes everything many times slower; counting cores cannot see that.
 *
 * It climbs: from where it begins it tries the next larger and the next smaller number (of 1, 2, 4 … and all cores), and
 * goes on in the direction that is faster. Later it tries the neighbours now and then; what a trial costs decides when
 * the next may be made, so that all trials together cost about `budget`, and none is put off for long. When decodes become much slower than usual, it
 * tries fewer threads at once.
 */
export class ThreadController implements ThreadChooser {
  readonly #arms: Arm[]
  readonly #budget: number
  readonly #initial: () => number
  #chosen: Arm | undefined
  #trial: { readonly arm: Arm; readonly costs: number[] } | undefined
  #busyMs = 0
  #slow = 0
  #reason: string

  constructor(options: ThreadControllerOptions) {
    const max = Math.max(1, Math.floor(options.max))
    this.#budget = options.budget ?? 0.02
    this.#arms = ladder(max).map((threads) => ({ threads, cost: 0, notBefore: 0, failures: 0 }))
    this.#initial = options.initial ?? (() => Math.floor(max / 2))
    this.#reason = max === 1 ? 'there is one core' : 'nothing was measured yet'
  }

  get #current(): Arm {
    this.#chosen ??= this.#arms.findLast((arm) => arm.threads <= this.#initial()) ?? (this.#arms[0] as Arm)
    return this.#chosen
  }

  get next(): number {
    return (this.#trial?.arm ?? this.#current).threads
  }

  get isTrying(): boolean {
    return this.#trial !== undefined
  }

  get choice(): ThreadChoice {
    return { threads: this.#current.threads, reason: this.#reason }
  }

  limit(work: number): number {
    return this.#trial === undefined ? Number.POSITIVE_INFINITY : patience * this.#current.cost * work
  }

  record(threads: number, work: number, milliseconds: number): void {
    if (!(work > 0 && milliseconds >= 0) || this.#arms.length === 1) return
    this.#busyMs += milliseconds
    const cost = milliseconds / work
    if (this.#trial !== undefined && this.#trial.arm.threads === threads) this.#recordTrial(this.#trial, cost, work)
    else if (threads === this.#current.threads) this.#recordCurrent(cost)
    this.#plan()
  }

  abandoned(threads: number, work: number, milliseconds: number): void {
    if (this.#trial?.arm.threads !== threads) return
    this.#busyMs += milliseconds
    // All of its time is lost, because the work must be done again.
    this.#fail(this.#trial.arm, milliseconds / work, milliseconds)
  }

  #recordCurrent(cost: number): void {
    const arm = this.#current
    if (arm.cost > 0 && cost > arm.cost * alarm) {
      // One slow decode is noise, several are news: only then they count, and then alone.
      this.#slow++
      if (this.#slow < alarmCount) return
      this.#slow = 0
      arm.cost = cost
      const fewer = this.#arms[this.#arms.indexOf(arm) - 1]
      if (fewer !== undefined) fewer.notBefore = 0
      return
    }
    this.#slow = 0
    arm.cost = arm.cost === 0 ? cost : arm.cost + smoothing * (cost - arm.cost)
  }

  #recordTrial(trial: { readonly arm: Arm; readonly costs: number[] }, cost: number, work: number): void {
    trial.costs.push(cost)
    const { arm, costs } = trial
    const best = Math.min(...costs)
    if (best <= this.#current.cost * 1.1 && costs.length < trialDecodes) return
    if (best >= this.#current.cost * hysteresis) {
      const extra = costs.reduce((sum, each) => sum + Math.max(0, each - this.#current.cost), 0) * work
      this.#fail(arm, best, extra)
      return
    }
    const previous = this.#current
    this.#trial = undefined
    this.#chosen = arm
    arm.cost = best
    arm.failures = 0
    previous.notBefore = this.#busyMs + 40 * previous.cost * work
    this.#explain(previous)
  }

  /** `extra` milliseconds were lost: they are paid for by `1 / budget` times as long without this trial. */
  #fail(arm: Arm, cost: number, extra: number): void {
    this.#trial = undefined
    arm.cost = cost
    arm.failures++
    const least = 40 * this.#current.cost
    const pause = Math.max(extra / this.#budget, least) * Math.min(4, arm.failures)
    arm.notBefore = this.#busyMs + Math.min(pause, longestPause)
    this.#explain(arm)
  }

  #plan(): void {
    if (this.#trial !== undefined || this.#current.cost === 0) return
    const at = this.#arms.indexOf(this.#current)
    const arm = [this.#arms[at + 1], this.#arms[at - 1]].find((each) => each && each.notBefore <= this.#busyMs)
    if (arm !== undefined) this.#trial = { arm, costs: [] }
  }

  #explain(other: Arm): void {
    const { threads, cost } = this.#current
    if (cost === 0 || other.cost === 0) return
    const factor = other.cost / cost
    const slower = factor >= 1.05 ? `${factor.toFixed(factor < 10 ? 1 : 0)} times slower` : 'no faster'
    const busy = other.threads > threads && factor >= 1.5 ? ', because other programs need the cores' : ''
    this.#reason = `measured: ${other.threads} ${other.threads === 1 ? 'thread was' : 'threads were'} ${slower}${busy}`
  }
}

/** 1, 2, 4 … and `max`. */
function ladder(max: number): number[] {
  const steps: number[] = []
  for (let threads = 1; threads < max; threads *= 2) steps.push(threads)
  return [...steps, max]
}
