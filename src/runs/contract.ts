/** Long work. A run is durable: its record and events are in the database, and any process of the same home can watch, cancel or resume it. */
import type { SanjhaErrorData } from '../core/index.ts'

export type RunState = 'queued' | 'running' | 'succeeded' | 'failed' | 'cancelled' | 'interrupted'

export interface RunProgress {
  readonly step: string
  readonly completed: number
  readonly total: number | null
  readonly unit: 'bytes' | 'items' | 'tokens' | 'steps'
  /** Units per second; null until known. */
  readonly rate: number | null
  /** Seconds; null until known. */
  readonly eta: number | null
  readonly message?: string
}

export interface RunRecord {
  readonly id: string
  readonly kind: string
  /** For people: `Pull smollm2`. */
  readonly title: string
  readonly state: RunState
  readonly input: unknown
  readonly result: unknown
  readonly error: SanjhaErrorData | null
  readonly progress: RunProgress | null
  /** How often it was started. */
  readonly attempts: number
  /** ISO 8601. */
  readonly createdAt: string
  readonly startedAt: string | null
  readonly endedAt: string | null
}

export type RunEventBody =
  | { readonly type: 'state'; readonly state: RunState; readonly error?: SanjhaErrorData }
  | { readonly type: 'progress'; readonly progress: RunProgress }
  | { readonly type: 'step'; readonly step: string; readonly status: 'started' | 'done' | 'reused' }
  | { readonly type: 'log'; readonly level: 'info' | 'warn' | 'error'; readonly message: string }
  | { readonly type: 'result'; readonly result: unknown }

/** `sequence` grows by one within a run; ask for what comes after the last one you saw. */
export type RunEvent = RunEventBody & { readonly runId: string; readonly sequence: number; readonly at: string }

/** What a run's code gets. */
export interface RunContext {
  readonly id: string
  readonly signal: AbortSignal
  log(message: string, level?: 'info' | 'warn' | 'error'): void
  /** May be called as often as one likes; written at most a few times a second. */
  progress(progress: RunProgress): void
  /** Does `work` once per digest of `inputs`: a resumed run gets the stored result (JSON) instead. */
  step<T>(name: string, inputs: unknown, work: () => Promise<T>): Promise<T>
}

/** A kind of long work: one file, in one list. `execute` must be able to begin again after a kill at any point. */
export interface RunKind<Input = unknown, Result = unknown> {
  readonly kind: string
  title(input: Input): string
  /** Validates what came over a wire. Errors: `invalid_request`. */
  parse(input: unknown): Input
  execute(input: Input, context: RunContext): Promise<Result>
}

export interface Runs {
  start(kind: string, input: unknown): RunRecord
  get(id: string): RunRecord | undefined
  list(filter?: {
    readonly kind?: string
    readonly state?: RunState
    readonly limit?: number
    readonly before?: string
  }): RunRecord[]
  /** Errors: `not_found`, `conflict` when it has ended. Works from any process. */
  cancel(id: string): RunRecord
  /** Starts a failed, cancelled or interrupted run again where it left off, in this process. */
  resume(id: string): RunRecord
  /** Events after `after` (0 for all), then new ones as they come, until the run has ended. */
  events(id: string, after: number, signal: AbortSignal): AsyncIterable<RunEvent>
  /** Resolves when the run has ended, whatever its state. */
  wait(id: string, signal?: AbortSignal): Promise<RunRecord>
  /** Interrupts what runs in this process (it can be resumed) and stops. */
  close(): Promise<void>
}
