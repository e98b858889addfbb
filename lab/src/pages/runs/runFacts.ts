import type { Run } from '../../api/Run.ts'

/** The model that a run has made, if it has made one. */
export function madeModel({ kind, state, result }: Pick<Run, 'kind' | 'state' | 'result'>): string | null {
  if (state !== 'succeeded') return null
  const { name, digest } = fields(result)
  const isModel = kind === 'pull' || typeof digest === 'string'
  return isModel && typeof name === 'string' ? name : null
}

/** What a run took, in joules, where it was measured. */
export function usedEnergy({ result }: Pick<Run, 'result'>): number | null {
  const { joules } = fields(fields(result)['energy'])
  return typeof joules === 'number' && joules > 0 ? joules : null
}

/** Seconds that a run has taken since it was last started; null before. */
export function takenSeconds({ startedAt, endedAt }: Pick<Run, 'startedAt' | 'endedAt'>, now: number): number | null {
  if (startedAt === null) return null
  const end = endedAt === null ? now : Date.parse(endedAt)
  return Math.max(0, (end - Date.parse(startedAt)) / 1000)
}

function fields(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
}
