import {
  type Clock,
  type Database,
  didYouMean,
  type Logger,
  type ProcessIdentity,
  SanjhaError,
  silentLogger,
  sortableId,
  systemClock,
  thisProcess,
} from '../core/index.ts'
import type { RunEvent, RunKind, RunRecord, Runs } from './contract.ts'
import { RunExecution } from './RunExecution.ts'
import { type Claim, hasEnded, type Owner, RunTable, unknownRun } from './RunTable.ts'

export interface CreateRunsOptions {
  /** Opened with `runsMigrations`. */
  readonly database: Database
  // A list of different kinds: each takes its own input, which `parse` has made.
  // biome-ignore lint/suspicious/noExplicitAny: no other type holds kinds of different inputs
  readonly kinds: readonly RunKind<any, any>[]
  readonly clock?: Clock
  readonly log?: Logger
  /** The process that works on the runs. Default: this one. */
  readonly owner?: ProcessIdentity
  /** How long a run belongs to an owner that is not heard of, in milliseconds. Default 10,000. */
  readonly leaseMs?: number
  /** How often other processes' wishes and events are looked for, in milliseconds. Default 200. */
  readonly pollMs?: number
  /** Which ended runs are kept: at most so many, and none that ended longer ago. Default: 1,000 and 90 days. */
  readonly retention?: { readonly runs: number; readonly ms: number }
  /** Told of each run that changes through these runs. Its transaction may not be over. */
  readonly onChange?: (id: string) => void
  /** How long `close` waits for runs to heed their signal, in milliseconds. Default 5,000. */
  readonly closeGraceMs?: number
}

const dayMs = 24 * 3600 * 1000

/** The runs of one home, as seen and worked on by this process. */
export function createRuns(options: CreateRunsOptions): Runs {
  const {
    database,
    clock = systemClock,
    log = silentLogger,
    leaseMs = 10_000,
    pollMs = 200,
    closeGraceMs = 5_000,
  } = options
  // Made when it is first needed: most commands begin no run.
  let me: Owner | undefined
  const owner = (): Owner => {
    me ??= { token: sortableId('owner', clock.now()), process: options.owner ?? thisProcess() }
    return me
  }
  const kinds = new Map<string, RunKind>(options.kinds.map((kind) => [kind.kind, kind as RunKind]))
  const executions = new Map<string, RunExecution>()
  const watchers = new Map<string, Set<() => void>>()
  const table = new RunTable(database, clock, (id) => {
    for (const wake of watchers.get(id) ?? []) wake()
    options.onChange?.(id)
  })
  let closed = false
  let timer: NodeJS.Timeout | undefined
  let renewed = 0

  const kindOf = (name: string): RunKind => {
    const kind = kinds.get(name)
    if (kind !== undefined) return kind
    const [near] = didYouMean(name, kinds.keys(), 1)
    throw new SanjhaError('invalid_request', `There is no kind of run called "${name}".`, {
      param: 'kind',
      hint: near ? `Did you mean "${near}"?` : `There are: ${[...kinds.keys()].join(', ')}.`,
    })
  }

  const known = (id: string): RunRecord => {
    table.reap(id)
    const record = table.get(id)
    if (record === undefined) throw unknownRun(id)
    return record
  }

  const begin = (claim: Claim, kind: RunKind): void => {
    const execution = new RunExecution(table, claim, kind, table.get(claim.id)?.input, clock, log)
    executions.set(claim.id, execution)
    timer ??= setInterval(tend, pollMs).unref()
    void execution.done.then(() => {
      if (executions.get(claim.id) === execution) executions.delete(claim.id)
      if (executions.size > 0) return
      clearInterval(timer)
      timer = undefined
    })
  }

  /** Shows that the owner lives, and hears what others ask of it. */
  const tend = (): void => {
    try {
      for (const id of table.cancelRequests(owner().token)) executions.get(id)?.stop('cancelled')
      const now = clock.monotonic()
      if (now - renewed < leaseMs / 4) return
      renewed = now
      for (const execution of executions.values()) {
        if (!table.renew(execution.claim, leaseMs)) execution.stop('lost')
      }
    } catch (error) {
      log.warn({ error: SanjhaError.from(error).toJSON() }, 'The runs could not be tended; trying again')
    }
  }

  const refuseWhenClosed = (): void => {
    if (closed) throw new SanjhaError('shutting_down', 'Sanjha is stopping and begins no new work.')
  }

  /** Waits for the run's next event: at once in this process, within `pollMs` in another. */
  const change = async (wakened: Promise<void>, signal: AbortSignal | undefined): Promise<void> => {
    const pause = new AbortController()
    const either = signal === undefined ? pause.signal : AbortSignal.any([signal, pause.signal])
    try {
      await Promise.race([wakened, clock.sleep(pollMs, either).catch(() => undefined)])
    } finally {
      pause.abort()
    }
  }

  async function* events(id: string, after: number, signal: AbortSignal): AsyncGenerator<RunEvent, void, undefined> {
    let last = after
    let wake: () => void = () => undefined
    let wakened: Promise<void> = Promise.resolve()
    const rearm = (): void => {
      wakened = new Promise((resolve) => {
        wake = resolve
      })
    }
    const listener = (): void => wake()
    const mine = watchers.get(id) ?? new Set()
    watchers.set(id, mine.add(listener))
    try {
      while (!signal.aborted) {
        rearm()
        // The state first: what was written before the end is then among the events.
        const over = hasEnded(known(id).state)
        const batch = table.events(id, last, 500)
        for (const event of batch) {
          if (signal.aborted) return
          last = event.sequence
          yield event
        }
        if (batch.length > 0) continue
        if (over) return
        await change(wakened, signal)
      }
    } finally {
      mine.delete(listener)
      if (mine.size === 0) watchers.delete(id)
    }
  }

  let pruned = false
  /** Once per process, and not before one is begun: commands that only look should not have to write. */
  const prune = (): void => {
    if (pruned) return
    pruned = true
    const { runs: keep, ms } = options.retention ?? { runs: 1_000, ms: 90 * dayMs }
    const count = table.prune(keep, clock.now() - ms)
    if (count > 0) log.info({ count }, 'Old runs were removed')
  }

  return {
    start(kindName, input) {
      refuseWhenClosed()
      const kind = kindOf(kindName)
      const parsed = kind.parse(input)
      prune()
      const title = kind.title(parsed)
      // One transaction: nobody ever sees a run that was made and not begun.
      const claim = database.transaction(
        () => table.claim(table.insert(kindName, title, input), owner(), leaseMs) as Claim,
      )
      begin(claim, kind)
      return known(claim.id)
    },
    get(id) {
      table.reap(id)
      return table.get(id)
    },
    list(filter = {}) {
      table.reap()
      return table.list(filter)
    },
    cancel(id) {
      known(id)
      table.requestCancel(id)
      executions.get(id)?.stop('cancelled')
      return known(id)
    },
    resume(id) {
      refuseWhenClosed()
      const record = known(id)
      const kind = kindOf(record.kind)
      const claim = table.claim(id, owner(), leaseMs)
      if (claim === undefined) {
        const { state } = known(id)
        throw new SanjhaError('conflict', `The run ${id} cannot be resumed: it is ${state}.`, {
          hint: state === 'running' ? `\`sanjha runs watch ${id}\` follows it.` : 'Start a new one.',
        })
      }
      begin(claim, kind)
      return known(id)
    },
    events,
    async wait(id, signal) {
      for await (const _ of events(id, Number.MAX_SAFE_INTEGER, signal ?? new AbortController().signal));
      signal?.throwIfAborted()
      return known(id)
    },
    async close() {
      closed = true
      for (const execution of executions.values()) execution.stop('interrupted')
      const pause = new AbortController()
      await Promise.race([
        Promise.all([...executions.values()].map((execution) => execution.done)),
        clock.sleep(closeGraceMs, pause.signal).catch(() => undefined),
      ])
      pause.abort()
      // What does not listen loses its run, so that another process can resume it.
      for (const execution of executions.values()) execution.abandon()
      clearInterval(timer)
    },
  }
}
