import { type ReactNode, useRef } from 'react'
import { Link } from 'wouter'
import { formatBytes } from '../../i18n/formatNumbers.ts'
import { useTimes } from '../../i18n/useTimes.ts'
import { dismissPull } from './dismissedPulls.ts'
import { ErrorNote } from './ErrorNote.tsx'
import { isActive } from './mergeModels.ts'
import { advance, type PullProgress } from './pullProgress.ts'
import { useModelText } from './texts.ts'
import { useModelActions } from './useModelActions.ts'
import { useWork } from './useWork.ts'
import type { PullRun } from './wire.ts'

/** What was shown of each pull, so that it goes on from there wherever it is shown next. */
const shown = new Map<string, PullProgress>()

/** How far a pull is and what can be done with it; for one that ended badly, why and how to go on. */
export function PullStatus({ run, name }: { run: PullRun; name: string }): ReactNode {
  const { text } = useModelText()
  const actions = useModelActions()
  const work = useWork()
  const buttons = useRef<HTMLDivElement>(null)
  const act = async (what: () => Promise<unknown>): Promise<void> => {
    await work.run(what)
    // The button is another one now; the keyboard stays where it was.
    requestAnimationFrame(() => {
      if (document.activeElement === document.body) buttons.current?.querySelector('button')?.focus()
    })
  }
  const error = work.error ?? (run.state === 'failed' ? run.error : null)
  return (
    <div className="models-pull">
      {isActive(run) ? <Progress run={run} name={name} /> : <Ended run={run} error={error} />}
      {isActive(run) && work.error !== null && <ErrorNote what={text('models.pull.refused')} error={work.error} />}
      <div className="toolbar" ref={buttons}>
        {isActive(run) ? (
          <button
            type="button"
            className="button small"
            disabled={work.isBusy}
            aria-label={text('models.pull.cancel.of', { name })}
            onClick={() => act(() => actions.cancelPull(run.id))}
          >
            {text('models.pull.cancel')}
          </button>
        ) : (
          <>
            <button
              type="button"
              className="button small"
              disabled={work.isBusy}
              aria-label={text('models.pull.resume.of', { name })}
              onClick={() => act(() => actions.resumePull(run.id))}
            >
              {text('models.pull.resume')}
            </button>
            <button
              type="button"
              className="button plain small"
              aria-label={text('models.pull.dismiss.of', { name })}
              onClick={() => dismissPull(run.id)}
            >
              {text('models.pull.dismiss')}
            </button>
          </>
        )}
        <Link className="models-quiet" href={`/runs/${encodeURIComponent(run.id)}`}>
          {text('models.pull.log')}
        </Link>
      </div>
    </div>
  )
}

function Progress({ run, name }: { run: PullRun; name: string }): ReactNode {
  const { text, language } = useModelText()
  const times = useTimes()
  const progress = advance(shown.get(run.id), run)
  shown.set(run.id, progress)
  const { step, completed, total, fraction, rate, eta } = progress
  const facts = [
    fraction?.toLocaleString(language, { style: 'percent', maximumFractionDigits: 0 }),
    total === null
      ? completed > 0 && formatBytes(completed, language)
      : text('models.pull.of', { completed: formatBytes(completed, language), total: formatBytes(total, language) }),
    rate !== null && text('models.pull.rate', { rate: formatBytes(rate, language) }),
    eta !== null && text('models.pull.left', { time: times.duration(eta, { coarse: true }) }),
  ].filter((fact) => typeof fact === 'string')
  return (
    <>
      <span>{text(`models.pull.step.${step}`)}</span>
      <progress
        className="progress"
        aria-label={text('models.pull.progress', { name })}
        {...(fraction !== null && { value: fraction })}
        max={1}
      />
      <small className="models-second models-numbers">{facts.join(' · ')}</small>
    </>
  )
}

function Ended({ run, error }: { run: PullRun; error: unknown }): ReactNode {
  const { text } = useModelText()
  if (error !== null) return <ErrorNote what={text('models.pull.failed')} error={error} isQuiet={error === run.error} />
  return <span>{text(run.state === 'interrupted' ? 'models.pull.interrupted' : 'models.pull.cancelled')}</span>
}
