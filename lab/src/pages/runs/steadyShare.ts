import type { Run } from '../../api/Run.ts'

/** How far each step of a run has come, 0 to 1, as it was shown. */
export type Shares = Readonly<Record<string, { readonly total: number; readonly share: number }>>

/**
 * What to show after `shown`: no step ever goes back, though events may overtake an answer, and what is resumed counts
 * anew what is there already. Null: nobody knows how far it is.
 */
export function steadyShare(
  shown: Shares,
  { state, progress }: Pick<Run, 'state' | 'progress'>,
): [number | null, Shares] {
  if (state === 'succeeded') return [1, shown]
  if (progress === null || progress.total === null || progress.total <= 0) return [null, shown]
  const { step, completed, total } = progress
  const before = shown[step]
  const reached = Math.min(1, Math.max(0, completed / total))
  // Another size is another thing.
  const share = before?.total === total ? Math.max(before.share, reached) : reached
  return [share, before?.total === total && before.share === share ? shown : { ...shown, [step]: { total, share } }]
}
