import { type ReactNode, useDeferredValue, useEffect, useId, useRef, useState } from 'react'
import { Link } from 'wouter'
import { useText } from '../../i18n/Texts.tsx'
import { Method } from './Method.tsx'
import type en from './messages/en.json'
import { type Operation, searchOperations } from './operations.ts'

/** All operations by group, and a search in them. */
export function OperationList(props: {
  operations: readonly Operation[]
  chosen: string | undefined
  query: string
  /** What keeps the search in the addresses of the operations. */
  suffix: string
  onQuery: (query: string) => void
}): ReactNode {
  const text = useText<keyof typeof en>()
  const id = useId()
  const { operations, chosen, query, suffix, onQuery } = props
  // The field answers at once; the address follows.
  const [typed, setTyped] = useState(query)
  const last = useRef(query)
  useEffect(() => {
    if (query !== last.current) setTyped(query)
    last.current = query
  }, [query])
  const found = searchOperations(operations, useDeferredValue(typed))
  const groups = [...new Set(found.map(({ group }) => group))]
  return (
    <nav className="reference-list" aria-label={text('reference.operations')}>
      <div className="field">
        <label htmlFor={id}>{text('reference.search')}</label>
        <input
          id={id}
          type="search"
          value={typed}
          placeholder={text('reference.search.example')}
          onChange={(event) => {
            setTyped(event.target.value)
            last.current = event.target.value.trim()
            onQuery(event.target.value.trim())
          }}
        />
      </div>
      <p className="shell-hidden" role="status">
        {typed === '' ? '' : text('reference.found', { count: found.length })}
      </p>
      {found.length === 0 && (
        <p className="muted">
          {text('reference.nothing', { query: typed })}{' '}
          <button
            type="button"
            className="button small"
            onClick={() => {
              setTyped('')
              onQuery('')
              document.getElementById(id)?.focus()
            }}
          >
            {text('reference.all')}
          </button>
        </p>
      )}
      {groups.map((group) => (
        <section key={group} aria-labelledby={`${id}-${group}`}>
          <h2 id={`${id}-${group}`}>{group}</h2>
          <ul>
            {found
              .filter((operation) => operation.group === group)
              .map((operation) => (
                <li key={operation.id}>
                  <Link
                    href={`/reference/${operation.id}${suffix}`}
                    aria-current={operation.id === chosen ? 'page' : undefined}
                  >
                    <Method method={operation.method} />
                    <span className="reference-path">{operation.path}</span>
                    <span className="reference-summary" lang="en">
                      {operation.summary}
                    </span>
                  </Link>
                </li>
              ))}
          </ul>
        </section>
      ))}
    </nav>
  )
}
