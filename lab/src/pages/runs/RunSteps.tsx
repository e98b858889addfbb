import type { ReactNode } from 'react'
import { useNow } from '../../i18n/useNow.ts'
import { Icon, type IconName } from '../../parts/Icon.tsx'
import type { StepLine } from './foldEvents.ts'
import { useRunTexts } from './texts.ts'

const pictures: Readonly<Record<StepLine['status'], IconName>> = {
  running: 'play',
  done: 'check',
  reused: 'again',
  stopped: 'stop',
}

/** What a run did, step by step, and how long each took. */
export function RunSteps({ steps }: { steps: readonly StepLine[] }): ReactNode {
  const { text, word, times } = useRunTexts()
  const now = useNow(1_000)
  return (
    <section className="card" aria-labelledby="runs-steps">
      <h2 id="runs-steps" className="runs-title">
        {text('runs.steps')}
      </h2>
      <ol className="runs-steps">
        {steps.map(({ name, status, startedAt, endedAt }) => {
          const words = word('step', name)
          const end = endedAt === null ? now : Date.parse(endedAt)
          const seconds = Math.max(0, (end - Date.parse(startedAt)) / 1000)
          return (
            <li key={name} data-status={status}>
              <Icon name={pictures[status]} />
              <span lang={words.lang}>{words.text}</span>
              <span className="muted">
                {text(`runs.step.is.${status}`)} · {times.duration(seconds)}
              </span>
            </li>
          )
        })}
      </ol>
    </section>
  )
}
