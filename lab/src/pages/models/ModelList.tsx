import { type ReactNode, useDeferredValue, useMemo } from 'react'
import { useSearchParams } from 'wouter'
import { Failed } from '../../parts/States.tsx'
import { FilterBar } from './FilterBar.tsx'
import { MemoryPanel } from './MemoryPanel.tsx'
import { ModelTable } from './ModelTable.tsx'
import { filterRows } from './modelFilters.ts'
import { PullForm } from './PullForm.tsx'
import { useModelText } from './texts.ts'
import { useFilters } from './useFilters.ts'
import type { ModelsView } from './useModels.ts'

/** All models: what uses memory, how to get another, and the list. */
export function ModelList({ view }: { view: ModelsView }): ReactNode {
  const { text } = useModelText()
  const [, setSearch] = useSearchParams()
  const [filters, change] = useFilters()
  const rows = useDeferredValue(view.rows)
  const shown = useMemo(() => filterRows(rows, filters), [rows, filters])
  const ask = (reference: string): void =>
    setSearch((now) => {
      now.set('pull', reference)
      return now
    })
  const isEmpty = !view.rows.some(({ place }) => place !== 'catalog')
  return (
    <>
      <h1>{text('models.title')}</h1>
      <div className="stack">
        {view.failure !== null ? (
          <Failed error={view.failure} onAgain={view.again} />
        ) : (
          <>
            <div className="models-top">
              <MemoryPanel loaded={view.loaded} />
              <PullForm onAsk={ask} />
            </div>
            {view.missing.length > 0 && <Partial view={view} />}
            {isEmpty && !view.isLoading && <Empty onAsk={ask} />}
            <section className="models-list" aria-labelledby="models-list">
              <h2 id="models-list">{text('models.list')}</h2>
              <FilterBar filters={filters} onChange={change} shown={shown.length} all={view.rows.length} />
              {view.isLoading ? (
                <Waiting />
              ) : shown.length > 0 ? (
                <ModelTable rows={shown} sort={filters.sort} onSort={(sort) => change({ sort })} />
              ) : (
                <p className="models-none">{text('models.none')}</p>
              )}
            </section>
          </>
        )}
      </div>
    </>
  )
}

/** Some questions were answered, others not: what is missing is said, and the rest is shown. */
function Partial({ view }: { view: ModelsView }): ReactNode {
  const { text } = useModelText()
  return (
    <div className="models-error" role="alert">
      {view.missing.map((part) => (
        <p key={part}>{text(`models.missing.${part}`)}</p>
      ))}
      <button type="button" className="button small" onClick={view.again}>
        {text('models.again')}
      </button>
    </div>
  )
}

function Empty({ onAsk }: { onAsk: (reference: string) => void }): ReactNode {
  const { text } = useModelText()
  return (
    <section className="card models-empty">
      <h2>{text('models.empty')}</h2>
      <p>{text('models.empty.body')}</p>
      <button type="button" className="button primary" onClick={() => onAsk('smollm2')}>
        {text('models.empty.first')}
      </button>
    </section>
  )
}

/** The shape of what comes. */
function Waiting(): ReactNode {
  const { text } = useModelText()
  return (
    <div role="status" className="models-waiting">
      <span className="shell-hidden">{text('models.loading')}</span>
      {['a', 'b', 'c', 'd', 'e', 'f'].map((line) => (
        <div key={line} className="models-line" />
      ))}
    </div>
  )
}
