import { type Logger, SanjhaError } from '../../core/index.ts'
import type { RunRecord, Runs } from '../../runs/index.ts'
import type { Live } from './contract.ts'

/** A run is told of at most this often, in milliseconds. */
const pauseMs = 250

/** Tells of runs that change, whoever works on them, and never the same twice. */
export class RunFeed {
  readonly #live: Pick<Live, 'isHeard' | 'publish'>
  readonly #runs: () => Runs
  readonly #log: Logger
  readonly #timers = new Map<string, NodeJS.Timeout>()
  /** Of each run: when it was told of last, and what. */
  readonly #told = new Map<string, { readonly at: number; readonly key: string }>()

  constructor(live: Pick<Live, 'isHeard' | 'publish'>, runs: () => Runs, log: Logger) {
    this.#live = live
    this.#log = log
    this.#runs = runs
  }

  /** A run may have changed. */
  changed(id: string): void {
    if (!this.#live.isHeard || this.#timers.has(id)) return
    const since = performance.now() - (this.#told.get(id)?.at ?? Number.NEGATIVE_INFINITY)
    // Never at once: its transaction may not be over.
    const timer = setTimeout(
      () => {
        try {
          this.#tell(id)
        } catch (error) {
          // Nobody else would catch it, and a server does not end because its disk was busy; the next change tells of it.
          this.#log.warn({ error: SanjhaError.from(error).toJSON() }, 'a run could not be told of')
        }
      },
      Math.max(0, pauseMs - since),
    )
    this.#timers.set(id, timer.unref())
  }

  /** The runs as they are known to whoever begins to listen. */
  begin(): void {
    for (const run of this.#runs().list()) this.#told.set(run.id, { at: Number.NEGATIVE_INFINITY, key: keyOf(run) })
  }

  /** Looks for what others have changed. Whether any run goes on. */
  compare(): boolean {
    let goesOn = false
    for (const run of this.#runs().list()) {
      goesOn ||= run.endedAt === null
      if (this.#told.get(run.id)?.key !== keyOf(run)) this.changed(run.id)
    }
    return goesOn
  }

  stop(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer)
    this.#timers.clear()
    this.#told.clear()
  }

  #tell(id: string): void {
    this.#timers.delete(id)
    const run = this.#runs().get(id)
    if (run === undefined) return
    const key = keyOf(run)
    if (this.#told.get(id)?.key === key) return
    this.#told.set(id, { at: performance.now(), key })
    this.#live.publish({ name: 'run', data: { run } })
  }
}

const keyOf = ({ state, attempts, endedAt, progress }: RunRecord): string =>
  JSON.stringify([state, attempts, endedAt, progress])
