import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { Link, useSearch } from 'wouter'
import { ask } from '../../api/ask.ts'
import { LabError } from '../../api/LabError.ts'
import { isOver, type Run } from '../../api/Run.ts'
import { TimeAgo } from '../../i18n/TimeAgo.tsx'
import { useNow } from '../../i18n/useNow.ts'
import { Icon } from '../../parts/Icon.tsx'
import { Failed, Loading } from '../../parts/States.tsx'
import { useRunTitle } from '../../parts/useRunTitle.ts'
import { RunActions } from './RunActions.tsx'
import { RunError } from './RunError.tsx'
import { RunLog } from './RunLog.tsx'
import { RunProgressBar } from './RunProgressBar.tsx'
import { RunSteps } from './RunSteps.tsx'
import { takenSeconds, usedEnergy } from './runFacts.ts'
import { StateBadge } from './StateBadge.tsx'
import { useRunTexts } from './texts.ts'
import { useRunHistory } from './useRunHistory.ts'

/** One run: how far it is, what it did, what it made. */
export function RunDetails({ id }: { id: string }): ReactNode {
  const { text } = useRunTexts()
  const search = useSearch()
  const { data, error, refetch } = useQuery({
    queryKey: ['run', id],
    queryFn: ({ signal }) => ask<Run>(`/runs/${encodeURIComponent(id)}`, { signal }),
  })
  const isGone = error !== null && LabError.from(error).facts.code === 'not_found'
  return (
    <>
      <Link className="runs-back" href={`/runs${search === '' ? '' : `?${search}`}`}>
        <Icon name="left" />
        {text('runs.back')}
      </Link>
      {isGone ? (
        <section className="state">
          <h1>{text('runs.unknown')}</h1>
          <p>{text('runs.unknown.body')}</p>
        </section>
      ) : data !== undefined ? (
        <OneRun run={data} />
      ) : error === null ? (
        <Loading />
      ) : (
        <>
          <h1>{text('runs.title')}</h1>
          <Failed error={error} onAgain={refetch} />
        </>
      )}
    </>
  )
}

function OneRun({ run }: { run: Run }): ReactNode {
  const { text } = useRunTexts()
  const title = useRunTitle()(run)
  const history = useRunHistory(run)
  return (
    <div className="stack">
      <header className="runs-head">
        <h1 lang={title.lang}>{title.text}</h1>
        <StateBadge state={run.state} />
        <div className="push">
          <RunActions run={run} />
        </div>
      </header>
      <div className="card stack">
        <RunProgressBar run={run} />
        <RunError run={run} />
        <Facts run={run} />
      </div>
      {history.steps.length > 0 && <RunSteps steps={history.steps} />}
      <RunLog history={history} isLive={!isOver(run)} />
      <p className="shell-hidden" role="status">
        {isOver(run) ? text(`runs.state.${run.state}`) : ''}
      </p>
    </div>
  )
}

function Facts({ run }: { run: Run }): ReactNode {
  const { text, word, language, times } = useRunTexts()
  const now = useNow(1_000)
  const kind = word('kind', run.kind)
  const taken = takenSeconds(run, now)
  const energy = usedEnergy(run)
  return (
    <dl className="runs-facts">
      <Fact name={text('runs.filter.kind')}>
        <span lang={kind.lang}>{kind.text}</span>
      </Fact>
      <Fact name={text('runs.begun')}>
        <TimeAgo at={run.startedAt ?? run.createdAt} />
      </Fact>
      {run.endedAt !== null && (
        <Fact name={text('runs.ended')}>
          <TimeAgo at={run.endedAt} />
        </Fact>
      )}
      {taken !== null && <Fact name={text('runs.taken')}>{times.duration(taken)}</Fact>}
      {run.attempts > 1 && <Fact name={text('runs.attempts')}>{run.attempts}</Fact>}
      {energy !== null && (
        <Fact name={text('runs.energy')}>
          {text('runs.joules', {
            joules: new Intl.NumberFormat(language, { maximumSignificantDigits: 3 }).format(energy),
          })}
        </Fact>
      )}
      <Fact name={text('runs.id')}>
        <code>{run.id}</code>
      </Fact>
    </dl>
  )
}

function Fact({ name, children }: { name: string; children: ReactNode }): ReactNode {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  )
}
