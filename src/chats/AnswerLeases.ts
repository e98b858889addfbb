import {
  type Clock,
  type Database,
  type ProcessIdentity,
  processState,
  sortableId,
  systemClock,
  thisProcess,
} from '../core/index.ts'

export interface AnswerLeasesOptions {
  /** Opened with `chatsMigrations`. */
  readonly database: Database
  readonly clock?: Clock
  /** The process that writes the answers. Default: this one. */
  readonly owner?: ProcessIdentity
  /** How long an answer belongs to an owner of whom nobody can say whether it lives, in milliseconds. Default 30,000. */
  readonly leaseMs?: number
}

interface LeaseRow {
  message: string
  owner_process: string
  lease_until: number
}

/**
 * Which answers are being written, by whom. So that several processes of one home can tell an answer that goes on elsewhere
 * from one whose writer has died, and ask each other to stop.
 */
export class AnswerLeases {
  readonly #database: Database
  readonly #clock: Clock
  readonly #leaseMs: number
  readonly #given: ProcessIdentity | undefined
  #owner: { readonly token: string; readonly process: string } | undefined

  constructor({ database, clock = systemClock, owner, leaseMs = 30_000 }: AnswerLeasesOptions) {
    this.#database = database
    this.#clock = clock
    this.#leaseMs = leaseMs
    this.#given = owner
  }

  /** Marks an answer as this process's, which writes it or calls its tools. False when somebody has it. */
  take(messageId: string): boolean {
    const { token, process } = this.#me()
    const { changes } = this.#database.run(
      'INSERT OR IGNORE INTO answer_leases (message, owner, owner_process, lease_until) VALUES (?, ?, ?, ?)',
      messageId,
      token,
      process,
      this.#clock.now() + this.#leaseMs,
    )
    return changes > 0
  }

  /** Prolongs all of this process. */
  renew(): void {
    this.#database.run(
      'UPDATE answer_leases SET lease_until = ? WHERE owner = ?',
      this.#clock.now() + this.#leaseMs,
      this.#me().token,
    )
  }

  /** Nobody writes it any more. */
  release(messageId: string): void {
    this.#database.run('DELETE FROM answer_leases WHERE message = ?', messageId)
  }

  /** Asks the process that writes it to stop. False when nobody writes it. */
  requestStop(messageId: string): boolean {
    return this.#database.run('UPDATE answer_leases SET stop_requested = 1 WHERE message = ?', messageId).changes > 0
  }

  /** Those of this process that somebody wants to end. */
  stopRequests(): string[] {
    return this.#database
      .all<{ message: string }>(
        'SELECT message FROM answer_leases WHERE owner = ? AND stop_requested = 1',
        this.#me().token,
      )
      .map((row) => row.message)
  }

  /** Those that other processes write, or wrote until they died. */
  ofOthers(): { readonly messageId: string; readonly isAbandoned: boolean }[] {
    return this.#database
      .all<LeaseRow>('SELECT message, owner_process, lease_until FROM answer_leases WHERE owner <> ?', this.#me().token)
      .map((row) => ({ messageId: row.message, isAbandoned: this.#isAbandoned(row) }))
  }

  #isAbandoned(row: LeaseRow): boolean {
    const state = processState(JSON.parse(row.owner_process) as ProcessIdentity)
    // Of a process of another container nobody can say whether it lives; then the lease decides.
    return state === 'unknown' ? row.lease_until < this.#clock.now() : state === 'dead'
  }

  #me(): { readonly token: string; readonly process: string } {
    this.#owner ??= {
      // New for each of these, so that what a predecessor in this process left is not taken for one's own.
      token: sortableId('owner', this.#clock.now()),
      process: JSON.stringify(this.#given ?? thisProcess()),
    }
    return this.#owner
  }
}
