import type { PullRun } from './wire.ts'

export const pullSteps = ['waiting', 'finding', 'downloading', 'verifying', 'storing'] as const
export type PullStep = (typeof pullSteps)[number]

/** How far a pull is, as it is shown. */
export interface PullProgress {
  readonly step: PullStep
  readonly completed: number
  readonly total: number | null
  /** 0 to 1; null until the size is known. */
  readonly fraction: number | null
  /** Bytes per second. */
  readonly rate: number | null
  /** Seconds. */
  readonly eta: number | null
}

const stepOf: Readonly<Record<string, PullStep>> = {
  'find the model': 'finding',
  download: 'downloading',
  verify: 'verifying',
  store: 'storing',
}

/**
 * What to show after `shown`. It never goes back: a resumed pull begins by looking for its source again and counts what is
 * there already, and events may overtake one another.
 */
export function advance(shown: PullProgress | undefined, { state, progress }: PullRun): PullProgress {
  const step = state === 'queued' || progress === null ? 'waiting' : (stepOf[progress.step] ?? 'downloading')
  const isDownload = step === 'downloading'
  const total = (isDownload ? progress?.total : null) ?? shown?.total ?? null
  const isSameFile = shown?.total === total || shown?.total == null
  const before = isSameFile ? (shown?.completed ?? 0) : 0
  const isWhole = (step === 'verifying' || step === 'storing') && total !== null
  const reached = Math.max(before, isDownload ? (progress?.completed ?? 0) : 0)
  const completed = isWhole ? total : total === null ? reached : Math.min(total, reached)
  return {
    step,
    completed,
    total,
    fraction: total === null || total === 0 ? null : completed / total,
    rate: isDownload ? (progress?.rate ?? null) : null,
    eta: isDownload ? (progress?.eta ?? null) : null,
  }
}
