import { SanjhaError } from '../../../../core/index.ts'
import type { Lane } from './Lane.ts'
import type { Task } from './Task.ts'

export interface SchedulerOptions {
  readonly shared: Lane
  /** Makes the lane for exact tasks when the first one comes, with room for so many tokens. */
  readonly exact: (tokens: number) => Promise<Lane>
}

/** The one loop that decodes: admits tasks in the order they came, lets lanes take turns, and runs odd jobs in between. */
export class Scheduler {
  readonly #options: SchedulerOptions
  #waiting: Task[] = []
  /** Tasks that were submitted and not cancelled; what a cancelled one owns is freed, so it must not be touched again. */
  readonly #live = new WeakSet<Task>()
  #exactLane: Lane | undefined
  #jobs: (() => Promise<void>)[] = []
  #wake: (() => void) | undefined
  /** Something came since the loop last looked. */
  #hasNews = false
  #isClosed = false
  readonly #loop: Promise<void>

  constructor(options: SchedulerOptions) {
    this.#options = options
    this.#loop = this.#run()
  }

  get active(): number {
    return this.#options.shared.active + (this.#exactLane?.active ?? 0)
  }

  get waiting(): number {
    return this.#waiting.length
  }

  submit(task: Task): void {
    if (this.#isClosed) throw closedError()
    this.#live.add(task)
    this.#waiting.push(task)
    this.#notify()
  }

  /** Takes a task out, wherever it is. Nothing is called on it any more. */
  cancel(task: Task): void {
    this.#live.delete(task)
    this.#waiting = this.#waiting.filter((each) => each !== task)
    for (const lane of this.#lanes()) lane.remove(task)
    this.#notify()
  }

  /** Runs native work that is no task, between two decodes. */
  exclusive<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    if (this.#isClosed) return Promise.reject(closedError())
    return new Promise<T>((resolve, reject) => {
      this.#jobs.push(async () => {
        if (this.#isClosed) return reject(closedError())
        if (signal?.aborted) return reject(new SanjhaError('cancelled', 'The request was cancelled.'))
        await work().then(resolve, reject)
      })
      this.#notify()
    })
  }

  /** Ends the loop after the decode that runs. Tasks are dropped without a word: tell their owners before. */
  async close(): Promise<void> {
    this.#isClosed = true
    for (const task of this.#waiting) task.failed(closedError())
    this.#waiting = []
    for (const lane of this.#lanes()) {
      for (const { task } of lane.slots) {
        if (task === undefined) continue
        lane.remove(task)
        task.failed(closedError())
      }
    }
    this.#notify()
    await this.#loop
    for (const job of this.#jobs.splice(0)) await job()
    this.#exactLane?.free()
    this.#options.shared.free()
  }

  #lanes(): Lane[] {
    return this.#exactLane === undefined ? [this.#options.shared] : [this.#options.shared, this.#exactLane]
  }

  async #run(): Promise<void> {
    while (!this.#isClosed) {
      this.#hasNews = false
      const job = this.#jobs.shift()
      if (job !== undefined) await job()
      await this.#admit()
      const lanes = this.#lanes().filter((lane) => lane.active > 0)
      for (const lane of lanes) if (!this.#isClosed) await lane.step()
      if (lanes.length === 0 && this.#jobs.length === 0 && !this.#isClosed) await this.#sleep()
    }
  }

  #notify(): void {
    this.#hasNews = true
    this.#wake?.()
  }

  async #sleep(): Promise<void> {
    if (this.#hasNews) return
    await new Promise<void>((resolve) => {
      this.#wake = resolve
    })
    this.#wake = undefined
  }

  /** First come, first served, per lane: nobody overtakes within it, and the lanes do not hold each other up. */
  async #admit(): Promise<void> {
    for (const lane of this.#lanes()) this.#waiting.unshift(...lane.preempted.splice(0))
    const blocked = new Set<Lane>()
    const queue = this.#waiting
    const rest: Task[] = []
    this.#waiting = []
    for (const task of queue) {
      try {
        const lane = await this.#laneOf(task)
        if (!this.#live.has(task)) continue
        if (this.#isClosed) task.failed(closedError())
        else if (blocked.has(lane) || lane.room < task.tokens.length || !lane.admit(task)) {
          blocked.add(lane)
          rest.push(task)
        }
      } catch (error) {
        if (this.#live.has(task)) task.failed(SanjhaError.from(error))
      }
    }
    this.#waiting = [...rest.filter((task) => this.#live.has(task)), ...this.#waiting]
  }

  async #laneOf(task: Task): Promise<Lane> {
    if (!task.isExact) return this.#options.shared
    if (this.#exactLane !== undefined && this.#exactLane.room < task.room && this.#exactLane.active === 0) {
      this.#exactLane.free()
      this.#exactLane = undefined
    }
    this.#exactLane ??= await this.#options.exact(task.room)
    return this.#exactLane
  }
}

export const closedError = (): SanjhaError =>
  new SanjhaError('cancelled', 'The model was unloaded.', { hint: 'Send the request again.' })
