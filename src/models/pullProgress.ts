import type { Clock } from '../core/index.ts'
import type { PullOptions, PullProgress } from './contract.ts'
import { RateMeter, type TransferProgress } from './download/index.ts'

const reportEveryMs = 100

/** Adds up the files of one pull, and says it at most a few times a second. */
export class PullReporter {
  #phase: PullProgress['phase'] = 'resolve'
  #file: string | undefined
  readonly #sizes = new Map<string, { completed: number; total: number | null }>()
  readonly #meter = new RateMeter()
  readonly #clock: Clock
  readonly #report: PullOptions['onProgress']
  #lastReport = Number.NEGATIVE_INFINITY
  #highest = 0
  #later: NodeJS.Timeout | undefined

  constructor(clock: Clock, report: PullOptions['onProgress']) {
    this.#clock = clock
    this.#report = report
  }

  phase(phase: PullProgress['phase'], message?: string): void {
    this.#phase = phase
    this.#send(message)
  }

  say(message: string): void {
    this.#send(message)
  }

  /** A new source: what the files of the last one came to no longer counts. */
  begin(files: readonly { readonly name: string; readonly size: number | null }[]): void {
    this.#sizes.clear()
    for (const { name, size } of files) this.#sizes.set(name, { completed: 0, total: size })
  }

  file(name: string, progress: TransferProgress): void {
    this.#phase = 'download'
    this.#file = name
    this.#sizes.set(name, {
      completed: progress.completed,
      total: progress.total ?? this.#sizes.get(name)?.total ?? null,
    })
    const now = this.#clock.monotonic()
    this.#meter.add(now, this.#completed())
    const whole = progress.completed === progress.total
    const wait = this.#lastReport + reportEveryMs - now
    if (progress.message !== undefined || whole || wait <= 0) this.#send(progress.message)
    // The last bytes before a pause are told too.
    else this.#later ??= setTimeout(() => this.#send(), wait).unref()
  }

  /** Nothing is said after this. */
  end(): void {
    clearTimeout(this.#later)
  }

  #completed(): number {
    return [...this.#sizes.values()].reduce((sum, { completed }) => sum + completed, 0)
  }

  #total(): number | null {
    let sum = 0
    for (const { total } of this.#sizes.values()) {
      if (total === null) return null
      sum += total
    }
    return this.#sizes.size === 0 ? null : sum
  }

  #send(message?: string): void {
    clearTimeout(this.#later)
    this.#later = undefined
    this.#lastReport = this.#clock.monotonic()
    const total = this.#total()
    this.#highest = Math.max(this.#highest, this.#completed())
    const completed = total === null ? this.#highest : Math.min(this.#highest, total)
    this.#report?.({
      phase: this.#phase,
      ...(this.#file !== undefined && { file: this.#file }),
      completed,
      total,
      rate: this.#phase === 'download' ? this.#meter.rate() : null,
      eta: this.#phase === 'download' ? this.#meter.eta(total === null ? null : total - completed) : null,
      ...(message !== undefined && { message }),
    })
  }
}
