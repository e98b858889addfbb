import { type ReactNode, useEffect, useId, useState } from 'react'
import { kinds, type ModelFilters, noFilters, type SortKey, sortKeys, wheres } from './modelFilters.ts'
import { useModelText } from './texts.ts'

/** After so long without a key the address follows: browsers refuse to have it changed for every letter. */
const settleMs = 200

interface FilterBarProps {
  readonly filters: ModelFilters
  readonly onChange: (changes: Partial<ModelFilters>) => void
  /** Lines that are shown, and all. */
  readonly shown: number
  readonly all: number
}

/** What of the list is to be seen. */
export function FilterBar({ filters, onChange, shown, all }: FilterBarProps): ReactNode {
  const { text } = useModelText()
  const id = useId()
  const isFiltered = JSON.stringify({ ...filters, sort: null }) !== JSON.stringify(noFilters)
  return (
    <search className="models-filters">
      <TextFilter value={filters.text} onChange={(value) => onChange({ text: value })} />
      <div className="field">
        <label htmlFor={`${id}where`}>{text('models.filter.where')}</label>
        <select
          id={`${id}where`}
          value={filters.where}
          onChange={({ target }) => onChange({ where: wheres.find((each) => each === target.value) ?? 'all' })}
        >
          {wheres.map((where) => (
            <option key={where} value={where}>
              {text(`models.filter.where.${where}`)}
            </option>
          ))}
        </select>
      </div>
      <div className="field">
        <label htmlFor={`${id}kind`}>{text('models.filter.kind')}</label>
        <select
          id={`${id}kind`}
          value={filters.kind}
          onChange={({ target }) => onChange({ kind: kinds.find((each) => each === target.value) ?? 'any' })}
        >
          {kinds.map((kind) => (
            <option key={kind} value={kind}>
              {text(`models.filter.kind.${kind}`)}
            </option>
          ))}
        </select>
      </div>
      <div className="field models-sort">
        <label htmlFor={`${id}sort`}>{text('models.filter.sort')}</label>
        <select
          id={`${id}sort`}
          value={filters.sort === null ? '' : `${filters.sort.descending ? '-' : ''}${filters.sort.by}`}
          onChange={({ target }) => onChange({ sort: readSort(target.value) })}
        >
          <option value="">{text('models.filter.sort.none')}</option>
          {sortKeys.flatMap((key) => [
            <option key={key} value={key}>
              {text('models.filter.sort.up', { column: text(`models.column.${key}`) })}
            </option>,
            <option key={`-${key}`} value={`-${key}`}>
              {text('models.filter.sort.down', { column: text(`models.column.${key}`) })}
            </option>,
          ])}
        </select>
      </div>
      <div className="models-checks">
        <label>
          <input
            type="checkbox"
            checked={filters.openOnly}
            onChange={({ target }) => onChange({ openOnly: target.checked })}
          />
          {text('models.filter.open')}
        </label>
        <label>
          <input
            type="checkbox"
            checked={filters.fitsOnly}
            onChange={({ target }) => onChange({ fitsOnly: target.checked })}
          />
          {text('models.filter.fits')}
        </label>
      </div>
      <div className="models-count">
        <span role="status">{text('models.count', { shown, all })}</span>
        {isFiltered && (
          <button
            type="button"
            className="button plain small"
            onClick={() => onChange({ ...noFilters, sort: filters.sort })}
          >
            {text('models.filter.clear')}
          </button>
        )}
      </div>
    </search>
  )
}

function TextFilter({ value, onChange }: { value: string; onChange: (value: string) => void }): ReactNode {
  const { text } = useModelText()
  const id = useId()
  const [typed, setTyped] = useState(value)
  const [known, setKnown] = useState(value)
  // The address changed by itself: Back, a link, “show everything”.
  if (known !== value) {
    setKnown(value)
    setTyped(value)
  }
  useEffect(() => {
    if (typed === value) return
    const timer = setTimeout(() => onChange(typed), settleMs)
    return () => clearTimeout(timer)
  }, [typed, value, onChange])
  return (
    <div className="field models-search">
      <label htmlFor={id}>{text('models.filter.text')}</label>
      <input
        id={id}
        type="search"
        autoComplete="off"
        spellCheck={false}
        placeholder={text('models.filter.text.example')}
        value={typed}
        onChange={({ target }) => setTyped(target.value)}
      />
    </div>
  )
}

function readSort(value: string): ModelFilters['sort'] {
  const by = sortKeys.find((key): key is SortKey => key === value.replace('-', ''))
  return by === undefined ? null : { by, descending: value.startsWith('-') }
}
