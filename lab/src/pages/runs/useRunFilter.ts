import { useCallback, useMemo } from 'react'
import { useSearchParams } from 'wouter'
import { type RunState, runStates } from '../../api/Run.ts'

export interface RunFilter {
  readonly kind?: string
  readonly state?: RunState
}

/** The filter in the page's address, and how to change it. Changing it is no step to come back to. */
export function useRunFilter(): readonly [RunFilter, (filter: RunFilter) => void] {
  const [search, setSearch] = useSearchParams()
  const filter = useMemo(() => readFilter(search), [search])
  const change = useCallback(
    (next: RunFilter) =>
      setSearch(
        (now) => {
          const written = new URLSearchParams(now)
          for (const name of ['kind', 'state'] as const) {
            if (next[name] === undefined) written.delete(name)
            else written.set(name, next[name])
          }
          return written
        },
        { replace: true },
      ),
    [setSearch],
  )
  return [filter, change]
}

export function readFilter(search: URLSearchParams): RunFilter {
  const kind = search.get('kind')
  const state = runStates.find((each) => each === search.get('state'))
  return { ...(kind && { kind }), ...(state && { state }) }
}
