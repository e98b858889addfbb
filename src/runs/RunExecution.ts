import { type Clock, type Logger, SanjhaError } from '../core/index.ts'
import type { RunContext, RunKind, RunProgress, RunState } from './contract.ts'
import type { Claim, Outcome, RunTable } from './RunTable.ts'
import { stepDigest } from './stepDigest.ts'

/** Why a run's signal was aborted. */
type Stop = 'cancelled' | 'interrupted' | 'lost'

/** One attempt at one run, in this process. */
export class RunExecution {
  /** Resolves, never rejects, once the attempt has ended and the table says so. */
  readonly done: Promise<void>
  readonly claim: Claim
  readonly #table: RunTable
  readonly #clock: Clock
  readonly #log: Logger
  readonly #abort = new AbortController()
  readonly #steps = new Map<string, Promise<unknown>>()
  readonly #begun: number
  #stop: Stop | undefined
  #pending: RunProgress | undefined
  #timer: NodeJS.Timeout | undefined
  #lastProgress = -Infinity

  constructor(table: RunTable, claim: Claim, kind: RunKind, input: unknown, clock: Clock, log: Logger) {
    this.#table = table
    this.#clock = clock
    this.#log = log.child({ run: claim.id, kind: kind.kind })
    this.claim = claim
    this.#begun = clock.monotonic()
    this.done = this.#run(kind, input)
  }

  stop(reason: Stop): void {
    // A run that was lost is not ours to cancel; one being cancelled can still be lost.
    if (this.#stop !== undefined && reason !== 'lost') return
    this.#stop = reason
    const words = { cancelled: 'cancelled', interrupted: 'interrupted', lost: 'taken over by another process' }
    this.#abort.abort(new SanjhaError('cancelled', `The run was ${words[reason]}.`))
  }

  /** Gives the run up at once, though its code still goes on; from now on it can write nothing. */
  abandon(): void {
    this.#finish('interrupted', {})
    this.#stop = 'lost'
  }

  async #run(kind: RunKind, input: unknown): Promise<void> {
    // Not before the caller has the record in hand.
    await Promise.resolve()
    const [state, outcome] = await this.#outcome(kind, input)
    // A database that is busy or full must not leave a run that looks as if it still worked, which whoever waits for it would
    // believe as long as this process lives. So there is no last attempt; `abandon` ends this.
    for (let attempt = 0; !this.#finish(state, outcome); attempt++) {
      await this.#clock.sleep(Math.min(200 * 2 ** attempt, 5_000))
    }
  }

  async #outcome(kind: RunKind, input: unknown): Promise<[RunState, Outcome]> {
    try {
      this.#abort.signal.throwIfAborted()
      const result = (await kind.execute(kind.parse(input), this.#context())) ?? null
      JSON.stringify(result) // what is no JSON is the kind's failure
      return ['succeeded', { result }]
    } catch (thrown) {
      if (this.#stop === 'cancelled' || this.#stop === 'interrupted') return [this.#stop, {}]
      return ['failed', { error: SanjhaError.from(thrown).toJSON() }]
    }
  }

  /** False when it should be tried again. */
  #finish(state: RunState, outcome: Outcome): boolean {
    if (this.#stop === 'lost') return true
    try {
      this.#flush()
      this.#table.finish(this.claim, state, outcome)
      return true
    } catch (error) {
      // Taken over by another process: whoever looks next sees what that one made of it.
      this.#log.warn({ error: SanjhaError.from(error).toJSON() }, 'The end of a run could not be written')
      return this.#isLost(error)
    }
  }

  #isLost(error: unknown): boolean {
    const lost = SanjhaError.is(error) && error.details?.lostRun === this.claim.id
    if (lost) this.stop('lost')
    return lost
  }

  #context(): RunContext {
    return {
      id: this.claim.id,
      signal: this.#abort.signal,
      log: (message, level = 'info') => {
        this.#log[level === 'info' ? 'debug' : level]({}, message)
        this.#append(() => this.#table.append(this.claim, { type: 'log', level, message }))
      },
      progress: (progress) => this.#progress(progress),
      step: (name, inputs, work) => this.#step(name, inputs, work),
    }
  }

  #step<T>(name: string, inputs: unknown, work: () => Promise<T>): Promise<T> {
    const digest = stepDigest(name, inputs)
    // The same step asked for twice at once is one step.
    let step = this.#steps.get(digest) as Promise<T> | undefined
    if (step === undefined) {
      step = this.#once(digest, name, work).finally(() => this.#steps.delete(digest))
      this.#steps.set(digest, step)
    }
    return step
  }

  async #once<T>(digest: string, name: string, work: () => Promise<T>): Promise<T> {
    this.#abort.signal.throwIfAborted()
    const stored = this.#table.findStep(this.claim.id, digest)
    if (stored !== undefined) {
      this.#append(() => this.#table.append(this.claim, { type: 'step', step: name, status: 'reused' }))
      return stored.result as T
    }
    this.#append(() => this.#table.append(this.claim, { type: 'step', step: name, status: 'started' }))
    const json = JSON.stringify((await work()) ?? null)
    this.#append(() => this.#table.storeStep(this.claim, digest, name, json))
    // What a resumed run will get, so that the first run cannot come to depend on more.
    return JSON.parse(json) as T
  }

  #append(write: () => void): void {
    this.#flush()
    try {
      write()
    } catch (error) {
      this.#isLost(error)
      throw error
    }
  }

  #progress(progress: RunProgress): void {
    this.#pending = progress
    if (this.#timer !== undefined) return
    const now = this.#clock.monotonic()
    // Four a second at first; a run of hours need not leave ten thousand events.
    const interval = Math.min(Math.max((now - this.#begun) / 600, 250), 2_000)
    const wait = this.#lastProgress + interval - now
    if (wait <= 0) this.#flushQuietly()
    else this.#timer = setTimeout(() => this.#flushQuietly(), wait).unref()
  }

  /** Progress comes from anywhere, even from a timer: nobody is there to catch an error. */
  #flushQuietly(): void {
    try {
      this.#flush()
    } catch (error) {
      if (!this.#isLost(error))
        this.#log.warn({ error: SanjhaError.from(error).toJSON() }, 'Progress could not be written')
    }
  }

  #flush(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    const progress = this.#pending
    if (progress === undefined) return
    if (this.#stop === 'lost') {
      this.#pending = undefined
      return
    }
    this.#pending = undefined
    this.#lastProgress = this.#clock.monotonic()
    this.#table.append(this.claim, { type: 'progress', progress })
  }
}
