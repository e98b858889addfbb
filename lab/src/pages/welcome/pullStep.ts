import type { Run, RunProgress } from '../../api/Run.ts'

export const phases = ['find', 'download', 'verify', 'store'] as const
export type Phase = (typeof phases)[number]

/** How far the default model is. */
export interface PullStep {
  /** By its short name; undefined until the server has chosen. */
  readonly model: string | undefined
  readonly phase: Phase
  readonly completed: number
  readonly total: number | null
  readonly rate: number | null
  readonly eta: number | null
}

const phaseOf: Readonly<Record<string, Phase>> = {
  'find the model': 'find',
  download: 'download',
  verify: 'verify',
  store: 'store',
}

/**
 * What to show after `shown`. Of one model it never goes back, though a resumed pull looks for its source again; another
 * model begins anew.
 */
export function nextStep(shown: PullStep | undefined, { progress }: Pick<Run, 'progress'>): PullStep {
  const read = progress === null ? undefined : readProgress(progress)
  if (read === undefined)
    return shown ?? { model: undefined, phase: 'find', completed: 0, total: null, rate: null, eta: null }
  if (shown === undefined || shown.model !== read.model) return read
  return { ...read, completed: Math.max(shown.completed, read.completed), total: read.total ?? shown.total }
}

/** Steps are called `smollm2: download`. */
function readProgress({ step, completed, total, rate, eta }: RunProgress): PullStep {
  const end = step.lastIndexOf(': ')
  const model = end < 0 ? undefined : step.slice(0, end)
  const phase = phaseOf[step.slice(end < 0 ? 0 : end + 2)] ?? 'download'
  const isDownload = phase === 'download'
  return {
    model,
    phase,
    completed: phase === 'find' ? 0 : completed,
    total: phase === 'find' ? null : total,
    rate: isDownload ? rate : null,
    eta: isDownload ? eta : null,
  }
}
