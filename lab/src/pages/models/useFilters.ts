import { useCallback, useMemo } from 'react'
import { useSearchParams } from 'wouter'
import { type ModelFilters, readFilters, writeFilters } from './modelFilters.ts'

/** The filters in the page's address, and how to change them. Changing them is no step to come back to. */
export function useFilters(): readonly [ModelFilters, (changes: Partial<ModelFilters>) => void] {
  const [search, setSearch] = useSearchParams()
  const filters = useMemo(() => readFilters(search), [search])
  const change = useCallback(
    (changes: Partial<ModelFilters>) =>
      setSearch((now) => writeFilters(now, { ...readFilters(now), ...changes }), { replace: true }),
    [setSearch],
  )
  return [filters, change]
}
