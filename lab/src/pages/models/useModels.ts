import { type UseQueryResult, useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { ask } from '../../api/ask.ts'
import { useDismissed } from './dismissedPulls.ts'
import { isActive, type ModelRow, mergeModels } from './mergeModels.ts'
import type { CatalogModel, Hardware, LoadedModel, PullRun, ServedModel, StoredModel } from './wire.ts'

export const modelQueries = {
  stored: ['models', 'stored'],
  catalog: ['catalog'],
  served: ['models', 'served'],
  loaded: ['loaded'],
  pulls: ['runs', 'pulls'],
  hardware: ['hardware'],
} as const

/** A pull that went wrong before this is history; the page of runs has it. */
const rememberedMs = 24 * 60 * 60 * 1000

export interface ModelsView {
  readonly rows: readonly ModelRow[]
  readonly loaded: readonly LoadedModel[]
  /** Nothing is known yet, of the store at least. */
  readonly isLoading: boolean
  /** Every part was answered or failed: a name that is in none of them is unknown. */
  readonly isSettled: boolean
  /** Why there is nothing to show. */
  readonly failure: unknown
  /** Parts that could not be had, though others could. */
  readonly missing: readonly ('catalog' | 'served' | 'loaded' | 'pulls')[]
  readonly again: () => void
}

/** Everything that the list shows, each part from its own question, so that one failing leaves the others. */
export function useModels(): ModelsView {
  const stored = useAnswer<{ models: StoredModel[] }>(modelQueries.stored, '/models')
  const catalog = useAnswer<{ models: CatalogModel[] }>(modelQueries.catalog, '/catalog')
  const served = useAnswer<{ data: ServedModel[] }>(modelQueries.served, '/v1/models', 60_000)
  const loaded = useAnswer<{ models: LoadedModel[] }>(modelQueries.loaded, '/loaded', 15_000)
  const pulls = usePulls()
  const dismissed = useDismissed()
  const rows = useMemo(() => {
    const since = Date.now() - rememberedMs
    return mergeModels({
      stored: stored.data?.models ?? [],
      catalog: catalog.data?.models ?? [],
      served: served.data?.data ?? [],
      loaded: loaded.data?.models ?? [],
      pulls: (pulls.data?.runs ?? []).filter(
        (run) => isActive(run) || (Date.parse(run.endedAt ?? run.createdAt) > since && !dismissed.has(run.id)),
      ),
    })
  }, [stored.data, catalog.data, served.data, loaded.data, pulls.data, dismissed])
  const others = { catalog, served, loaded, pulls }
  const all: readonly UseQueryResult[] = [stored, catalog, served, loaded, pulls]
  return {
    rows,
    loaded: loaded.data?.models ?? [],
    isLoading: stored.isPending && stored.error === null,
    isSettled: all.every(({ isPending }) => !isPending),
    failure: stored.data === undefined ? stored.error : null,
    missing: (['catalog', 'served', 'loaded', 'pulls'] as const).filter(
      (name) => others[name].data === undefined && others[name].error !== null,
    ),
    again: () => {
      for (const query of all) if (query.error !== null) void query.refetch()
    },
  }
}

function useAnswer<T>(queryKey: readonly string[], path: string, every?: number): UseQueryResult<T> {
  return useQuery({ queryKey, queryFn: ({ signal }) => ask<T>(path, { signal }), refetchInterval: every ?? false })
}

/** The pulls of late, the newest first. */
export function usePulls(): UseQueryResult<{ runs: PullRun[] }> {
  return useQuery({
    queryKey: modelQueries.pulls,
    queryFn: ({ signal }) => ask<{ runs: PullRun[] }>('/runs?kind=pull&limit=100', { signal }),
  })
}

export function useHardware(): UseQueryResult<Hardware> {
  return useQuery({
    queryKey: modelQueries.hardware,
    queryFn: ({ signal }) => ask<Hardware>('/hardware', { signal }),
    refetchInterval: 10_000,
  })
}
