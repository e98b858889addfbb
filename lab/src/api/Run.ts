import type { ErrorFacts } from './LabError.ts'

export const runStates = ['queued', 'running', 'succeeded', 'failed', 'cancelled', 'interrupted'] as const
export type RunState = (typeof runStates)[number]

/** Long work, as the server gives it. */
export interface Run {
  readonly id: string
  readonly kind: string
  readonly title: string
  readonly state: RunState
  readonly input: unknown
  readonly result: unknown
  readonly error: (Omit<ErrorFacts, 'status'> & { readonly status?: number }) | null
  readonly progress: RunProgress | null
  readonly attempts: number
  readonly createdAt: string
  readonly startedAt: string | null
  readonly endedAt: string | null
}

export interface RunProgress {
  readonly step: string
  readonly completed: number
  readonly total: number | null
  readonly unit: 'bytes' | 'items' | 'tokens' | 'steps'
  /** Units per second. */
  readonly rate: number | null
  /** Seconds. */
  readonly eta: number | null
  readonly message?: string
}

export function isOver({ state }: Pick<Run, 'state'>): boolean {
  return state !== 'queued' && state !== 'running'
}
