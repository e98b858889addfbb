import type { ReactNode } from 'react'
import { type Run, type RunState, runStates } from '../../api/Run.ts'
import { useRunTexts } from './texts.ts'
import type { RunFilter } from './useRunFilter.ts'

/** Kinds of work that this version of Sanjha has; others show up when there is a run of them. */
const knownKinds = ['pull', 'engine-install']

export function RunFilters(props: {
  filter: RunFilter
  onChange: (filter: RunFilter) => void
  runs: readonly Run[]
}): ReactNode {
  const { text, word } = useRunTexts()
  const { filter, onChange, runs } = props
  const { kind, state } = filter
  const kinds = new Set([...knownKinds, ...runs.map((run) => run.kind), ...(kind === undefined ? [] : [kind])])
  return (
    <search className="toolbar">
      <label className="runs-filter">
        <span>{text('runs.filter.kind')}</span>
        <select
          value={kind ?? ''}
          onChange={({ target }) => onChange({ ...(state && { state }), ...(target.value && { kind: target.value }) })}
        >
          <option value="">{text('runs.filter.all')}</option>
          {[...kinds].map((each) => {
            const name = word('kind', each)
            return (
              <option key={each} value={each} lang={name.lang}>
                {name.text}
              </option>
            )
          })}
        </select>
      </label>
      <label className="runs-filter">
        <span>{text('runs.filter.state')}</span>
        <select
          value={state ?? ''}
          onChange={({ target }) =>
            onChange({ ...(kind && { kind }), ...(target.value && { state: target.value as RunState }) })
          }
        >
          <option value="">{text('runs.filter.all')}</option>
          {runStates.map((each) => (
            <option key={each} value={each}>
              {text(`runs.state.${each}`)}
            </option>
          ))}
        </select>
      </label>
    </search>
  )
}
