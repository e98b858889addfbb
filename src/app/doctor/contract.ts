import type { Sanjha } from '../contract.ts'

export type FindingOutcome = 'ok' | 'warning' | 'problem' | 'skipped'

/** What a check found. `remedy` says how to mend it, and is there whenever something is to be mended. */
export interface Finding {
  readonly outcome: FindingOutcome
  readonly message: string
  readonly remedy?: string
}

/** One thing that a person could stumble over. To add one: a file beside this, and a line in `checks.ts`. */
export interface Check {
  readonly id: string
  readonly title: string
  /** Asks a host beyond this machine, so it is skipped offline. */
  readonly network: boolean
  run(sanjha: Sanjha, signal: AbortSignal): Promise<Finding>
}

export interface Diagnosis extends Finding {
  readonly id: string
  readonly title: string
}
