import { type ReactNode, useId } from 'react'
import { isOver, type Run, type RunProgress } from '../../api/Run.ts'
import { formatBytes, formatCount } from '../../i18n/formatNumbers.ts'
import { type RunTexts, useRunTexts } from './texts.ts'
import { useSteadyShare } from './useSteadyShare.ts'

/** How far a run is: its step, how much of how much, how fast, how long still. */
export function RunProgressBar({ run }: { run: Run }): ReactNode {
  const texts = useRunTexts()
  const share = useSteadyShare(run)
  const id = useId()
  const { progress } = run
  if (run.state === 'succeeded' || (isOver(run) && progress === null)) return null
  const { text, word } = texts
  const step = progress === null ? { text: text('runs.waiting') } : word('step', progress.step)
  return (
    <div className="runs-progress" data-over={isOver(run)}>
      <p className="runs-step">
        <span id={id} lang={step.lang}>
          {step.text}
        </span>
        {share !== null && <span className="runs-share">{formatShare(share, texts.language)}</span>}
      </p>
      <progress
        className="progress"
        aria-labelledby={id}
        max={1}
        {...(share !== null ? { value: share } : isOver(run) ? { value: 0 } : {})}
      />
      {progress !== null && <p className="runs-measures">{measures(progress, isOver(run), texts).join(' · ')}</p>}
    </div>
  )
}

/** Whole per cents, and 100 only when it is all. */
export function formatShare(share: number, language: string): string {
  return new Intl.NumberFormat(language, { style: 'percent' }).format(Math.floor(share * 100) / 100)
}

function measures(progress: RunProgress, isDone: boolean, { text, language, times }: RunTexts): string[] {
  const { completed, total, rate, eta, unit } = progress
  const amount = (count: number): string =>
    unit === 'bytes' ? formatBytes(count, language) : formatCount(count, language)
  const said: string[] = []
  if (total !== null && total > 0) said.push(text('runs.amount', { done: amount(completed), total: amount(total) }))
  else if (completed > 0) said.push(amount(completed))
  if (isDone) return said
  if (rate !== null && rate > 0) said.push(text('runs.rate', { amount: amount(rate) }))
  if (eta !== null) said.push(text('runs.eta', { time: times.duration(eta, { coarse: true }) }))
  return said
}
