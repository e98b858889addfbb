import {
  type Clock,
  type Database,
  type ProcessIdentity,
  processState,
  SanjhaError,
  type SanjhaErrorData,
  sortableId,
} from '../core/index.ts'
import type { RunEvent, RunEventBody, RunProgress, RunRecord, RunState } from './contract.ts'

interface RunRow {
  id: string
  kind: string
  title: string
  state: RunState
  input: string
  result: string | null
  error: string | null
  progress: string | null
  attempts: number
  created_at: number
  started_at: number | null
  ended_at: number | null
  owner: string | null
  owner_process: string | null
  lease_until: number | null
  cancel_requested: number
  last_sequence: number
}

/** Who works on runs: one `Runs` of one process. */
export interface Owner {
  /** New for each `Runs`, so that what a predecessor left is never taken for one's own. */
  readonly token: string
  readonly process: ProcessIdentity
}

/** Proof that a run is ours: every write of its owner checks both, so that one who lost the run can change nothing. */
export interface Claim {
  readonly id: string
  readonly owner: string
  readonly attempt: number
}

export interface Outcome {
  readonly result?: unknown
  readonly error?: SanjhaErrorData
}

const ended: readonly RunState[] = ['succeeded', 'failed', 'cancelled', 'interrupted']
export const hasEnded = (state: RunState): boolean => ended.includes(state)

/** The tables of runs. Each change and the event that tells of it are one transaction. */
export class RunTable {
  readonly #database: Database
  readonly #clock: Clock
  readonly #changed: (id: string) => void

  /** @param changed is called after each event, for those who watch in this process */
  constructor(database: Database, clock: Clock, changed: (id: string) => void) {
    this.#database = database
    this.#clock = clock
    this.#changed = changed
  }

  get(id: string): RunRecord | undefined {
    const row = this.#row(id)
    return row && record(row)
  }

  list(filter: { kind?: string; state?: RunState; limit?: number; before?: string }): RunRecord[] {
    return this.#database
      .all<RunRow>(
        `SELECT * FROM runs WHERE (?1 IS NULL OR kind = ?1) AND (?2 IS NULL OR state = ?2) AND (?3 IS NULL OR id < ?3)
         ORDER BY id DESC LIMIT ?4`,
        filter.kind ?? null,
        filter.state ?? null,
        filter.before ?? null,
        filter.limit ?? 100,
      )
      .map(record)
  }

  /**
   * Forgets ended runs beyond the newest `keep`, and those that ended before `before` (milliseconds since 1970). Events and
   * steps go with them. Returns how many.
   */
  prune(keep: number, before: number): number {
    const { changes } = this.#database.run(
      `DELETE FROM runs WHERE state NOT IN ('queued', 'running') AND (ended_at < ?1 OR id NOT IN (
         SELECT id FROM runs WHERE state NOT IN ('queued', 'running') ORDER BY id DESC LIMIT ?2))`,
      before,
      keep,
    )
    return Number(changes)
  }

  insert(kind: string, title: string, input: unknown): string {
    const id = sortableId('run', this.#clock.now())
    const json = JSON.stringify(input ?? null)
    this.#write(id, () => {
      this.#database.run(
        `INSERT INTO runs (id, kind, title, state, input, created_at) VALUES (?, ?, ?, 'queued', ?, ?)`,
        id,
        kind,
        title,
        json,
        this.#clock.now(),
      )
      this.#event(id, { type: 'state', state: 'queued' })
    })
    return id
  }

  /** Takes a run that nobody works on. Undefined when somebody else was quicker or it is in another state. */
  claim(id: string, owner: Owner, leaseMs: number): Claim | undefined {
    return this.#write(id, () => {
      const now = this.#clock.now()
      const row = this.#database.get<{ attempts: number }>(
        `UPDATE runs SET state = 'running', owner = ?, owner_process = ?, lease_until = ?, attempts = attempts + 1,
           started_at = coalesce(started_at, ?), ended_at = NULL, error = NULL, cancel_requested = 0
         WHERE id = ? AND state IN ('queued', 'failed', 'cancelled', 'interrupted') RETURNING attempts`,
        owner.token,
        JSON.stringify(owner.process),
        now + leaseMs,
        now,
        id,
      )
      if (row === undefined) return undefined
      this.#event(id, { type: 'state', state: 'running' })
      return { id, owner: owner.token, attempt: row.attempts }
    })
  }

  /** Prolongs the lease. False when the run is no longer ours. */
  renew(claim: Claim, leaseMs: number): boolean {
    const { changes } = this.#database.run(
      `UPDATE runs SET lease_until = ? WHERE id = ? AND owner = ? AND attempts = ? AND state = 'running'`,
      this.#clock.now() + leaseMs,
      claim.id,
      claim.owner,
      claim.attempt,
    )
    return changes === 1
  }

  /** Ids of the owner's runs that somebody wants to end. */
  cancelRequests(owner: string): string[] {
    return this.#database
      .all<{ id: string }>(`SELECT id FROM runs WHERE state = 'running' AND owner = ? AND cancel_requested = 1`, owner)
      .map((row) => row.id)
  }

  /** Asks the owner to stop, or marks the run as cancelled where nobody works on it. Errors: `not_found`, `conflict`. */
  requestCancel(id: string): void {
    this.#write(id, () => {
      const row = this.#row(id)
      if (row === undefined) throw unknownRun(id)
      if (row.state === 'running') {
        this.#database.run('UPDATE runs SET cancel_requested = 1 WHERE id = ?', id)
        // Its owner is there but does not move (stopped, hung): it loses the run.
        if ((row.lease_until ?? 0) < this.#clock.now()) this.#end(id, 'cancelled', {})
      } else if (row.state === 'queued' || row.state === 'interrupted') {
        this.#end(id, 'cancelled', {})
      } else {
        throw new SanjhaError('conflict', `The run ${id} has ended already: it ${past[row.state]}.`)
      }
    })
  }

  /** Adds an event of the owner. Errors: `conflict` when the run is no longer ours. */
  append(claim: Claim, body: RunEventBody): void {
    this.#owned(claim, () => {
      if (body.type === 'progress') {
        this.#database.run('UPDATE runs SET progress = ? WHERE id = ?', JSON.stringify(body.progress), claim.id)
      }
      this.#event(claim.id, body)
    })
  }

  findStep(id: string, digest: string): { readonly result: unknown } | undefined {
    const row = this.#database.get<{ result: string }>(
      'SELECT result FROM run_steps WHERE run_id = ? AND digest = ?',
      id,
      digest,
    )
    return row && { result: JSON.parse(row.result) }
  }

  /** Keeps a step's result, as JSON text. Errors: `conflict` when the run is no longer ours. */
  storeStep(claim: Claim, digest: string, name: string, result: string): void {
    this.#owned(claim, () => {
      this.#database.run(
        'INSERT INTO run_steps (run_id, digest, name, result, at) VALUES (?, ?, ?, ?, ?)',
        claim.id,
        digest,
        name,
        result,
        this.#clock.now(),
      )
      this.#event(claim.id, { type: 'step', step: name, status: 'done' })
    })
  }

  /** Ends a run of ours. Errors: `conflict` when it is no longer ours. */
  finish(claim: Claim, state: RunState, outcome: Outcome): void {
    this.#owned(claim, () => this.#end(claim.id, state, outcome))
  }

  /** Marks runs whose owner is gone as interrupted. @param id only this one */
  reap(id?: string): void {
    const rows = this.#database.all<RunRow>(
      `SELECT * FROM runs WHERE state = 'running' AND (?1 IS NULL OR id = ?1)`,
      id ?? null,
    )
    for (const row of rows) {
      if (!this.#isAbandoned(row)) continue
      this.#write(row.id, () => {
        // Under the write lock: it may have been reaped and resumed since it was read.
        const now = this.#row(row.id)
        if (now?.state !== 'running' || now.owner !== row.owner || now.attempts !== row.attempts) return
        const state = now.cancel_requested === 1 ? 'cancelled' : 'interrupted'
        this.#end(row.id, state, {})
      })
    }
  }

  /**
   * An owner on this machine is asked for its process: a laptop that slept for an hour has an expired lease and a living
   * owner. Only where that cannot be known does the lease decide.
   */
  #isAbandoned(row: RunRow): boolean {
    const state = processState(JSON.parse(row.owner_process ?? '{}') as ProcessIdentity)
    if (state !== 'unknown') return state === 'dead'
    return (row.lease_until ?? 0) < this.#clock.now()
  }

  events(id: string, after: number, limit: number): RunEvent[] {
    return this.#database
      .all<{ sequence: number; at: number; body: string }>(
        'SELECT sequence, at, body FROM run_events WHERE run_id = ? AND sequence > ? ORDER BY sequence LIMIT ?',
        id,
        after,
        limit,
      )
      .map(({ sequence, at, body }) => ({
        ...(JSON.parse(body) as RunEventBody),
        runId: id,
        sequence,
        at: new Date(at).toISOString(),
      }))
  }

  #row(id: string): RunRow | undefined {
    return this.#database.get<RunRow>('SELECT * FROM runs WHERE id = ?', id)
  }

  #end(id: string, state: RunState, outcome: Outcome): void {
    const { result, error } = outcome
    this.#database.run(
      `UPDATE runs SET state = ?, result = ?, error = ?, ended_at = ?, owner = NULL, owner_process = NULL,
         lease_until = NULL, cancel_requested = 0 WHERE id = ?`,
      state,
      result === undefined ? null : JSON.stringify(result),
      error === undefined ? null : JSON.stringify(error),
      this.#clock.now(),
      id,
    )
    if (state === 'succeeded') this.#event(id, { type: 'result', result: result ?? null })
    this.#event(id, { type: 'state', state, ...(error !== undefined && { error }) })
  }

  #event(id: string, body: RunEventBody): void {
    this.#database.run(
      `INSERT INTO run_events (run_id, sequence, at, body)
       SELECT id, last_sequence + 1, ?, ? FROM runs WHERE id = ?`,
      this.#clock.now(),
      JSON.stringify(body),
      id,
    )
    this.#database.run('UPDATE runs SET last_sequence = last_sequence + 1 WHERE id = ?', id)
  }

  #owned(claim: Claim, work: () => void): void {
    this.#write(claim.id, () => {
      const row = this.#row(claim.id)
      if (row?.state !== 'running' || row.owner !== claim.owner || row.attempts !== claim.attempt) {
        throw new SanjhaError('conflict', `The run ${claim.id} was taken over by another process.`, {
          details: { lostRun: claim.id },
        })
      }
      work()
    })
  }

  #write<T>(id: string, work: () => T): T {
    const result = this.#database.transaction(work)
    this.#changed(id)
    return result
  }
}

const past: Readonly<Record<string, string>> = { succeeded: 'succeeded', failed: 'failed', cancelled: 'was cancelled' }

export function unknownRun(id: string): SanjhaError {
  return new SanjhaError('not_found', `There is no run ${id}.`, { hint: '`sanjha runs list` shows them all.' })
}

function record(row: RunRow): RunRecord {
  return {
    id: row.id,
    kind: row.kind,
    title: row.title,
    state: row.state,
    input: JSON.parse(row.input),
    result: row.result === null ? null : JSON.parse(row.result),
    error: row.error === null ? null : (JSON.parse(row.error) as SanjhaErrorData),
    progress: row.progress === null ? null : (JSON.parse(row.progress) as RunProgress),
    attempts: row.attempts,
    createdAt: new Date(row.created_at).toISOString(),
    startedAt: row.started_at === null ? null : new Date(row.started_at).toISOString(),
    endedAt: row.ended_at === null ? null : new Date(row.ended_at).toISOString(),
  }
}
