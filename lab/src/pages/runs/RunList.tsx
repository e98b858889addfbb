import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { Link, useSearch } from 'wouter'
import { ask } from '../../api/ask.ts'
import type { Run } from '../../api/Run.ts'
import { TimeAgo } from '../../i18n/TimeAgo.tsx'
import { Icon } from '../../parts/Icon.tsx'
import { Failed, Loading } from '../../parts/States.tsx'
import { useRunTitle } from '../../parts/useRunTitle.ts'
import { RunActions } from './RunActions.tsx'
import { RunError } from './RunError.tsx'
import { RunFilters } from './RunFilters.tsx'
import { RunProgressBar } from './RunProgressBar.tsx'
import { StateBadge } from './StateBadge.tsx'
import { useRunTexts } from './texts.ts'
import { useRunFilter } from './useRunFilter.ts'

const pageSize = 50
/** What the server gives at once. It keeps as many runs that have ended. */
const mostRuns = 1_000

/** All runs, the newest first. */
export function RunList(): ReactNode {
  const { text } = useRunTexts()
  const [filter, setFilter] = useRunFilter()
  const [limit, setLimit] = useState(pageSize)
  const { data, error, refetch } = useQuery({
    queryKey: ['runs', { ...filter, limit }],
    queryFn: ({ signal }) => {
      const query = new URLSearchParams({ limit: String(limit), ...filter })
      return ask<{ runs: Run[] }>(`/runs?${query}`, { signal })
    },
    placeholderData: keepPreviousData,
  })
  const isFiltered = Object.keys(filter).length > 0
  if (data === undefined) return error === null ? <Loading /> : <Failed error={error} onAgain={refetch} />
  const { runs } = data
  if (runs.length === 0 && !isFiltered) return <NoRuns />
  return (
    <div className="stack">
      <RunFilters filter={filter} onChange={setFilter} runs={runs} />
      <p className="shell-hidden" role="status">
        {text('runs.count', { count: runs.length })}
      </p>
      {runs.length === 0 ? (
        <section className="state">
          <h2>{text('runs.none')}</h2>
          <button type="button" className="button" onClick={() => setFilter({})}>
            {text('runs.all')}
          </button>
        </section>
      ) : (
        <ul className="runs-list">
          {runs.map((run) => (
            <RunRow key={run.id} run={run} />
          ))}
        </ul>
      )}
      {runs.length >= limit && limit < mostRuns && (
        <button type="button" className="button runs-more" onClick={() => setLimit(limit + pageSize)}>
          {text('runs.more')}
        </button>
      )}
    </div>
  )
}

function RunRow({ run }: { run: Run }): ReactNode {
  const { word } = useRunTexts()
  const search = useSearch()
  const title = useRunTitle()(run)
  const kind = word('kind', run.kind)
  return (
    <li className="runs-row">
      <div className="runs-what">
        <h2>
          <Link href={`/runs/${encodeURIComponent(run.id)}${search === '' ? '' : `?${search}`}`} lang={title.lang}>
            {title.text}
          </Link>
        </h2>
        <StateBadge state={run.state} />
      </div>
      <p className="runs-when">
        <span lang={kind.lang}>{kind.text}</span> · <TimeAgo at={run.endedAt ?? run.startedAt ?? run.createdAt} />
      </p>
      <RunProgressBar run={run} />
      <RunError run={run} />
      <RunActions run={run} />
    </li>
  )
}

function NoRuns(): ReactNode {
  const { text } = useRunTexts()
  return (
    <section className="state">
      <Icon name="runs" size="2.5rem" />
      <h2>{text('runs.empty')}</h2>
      <p>{text('runs.empty.body')}</p>
      <Link className="button primary" href="/models">
        {text('runs.empty.models')}
      </Link>
    </section>
  )
}
