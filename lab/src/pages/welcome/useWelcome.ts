import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import { ask } from '../../api/ask.ts'
import { isOver, type Run } from '../../api/Run.ts'

/** A model that could be fetched, as far as this page tells of it. */
export interface Offer {
  readonly name: string
  readonly size: number | null
  readonly license: string
  readonly isOpen: boolean
}

interface CatalogModel {
  readonly name: string
  readonly shortNames: readonly string[]
  readonly license: string
  readonly openLicense: boolean
  readonly files: readonly { readonly sha256: string | null; readonly size: number | null }[]
}

interface Stored {
  readonly name: string
  readonly capabilities?: readonly string[]
}

export interface Welcome {
  readonly isLoading: boolean
  readonly error: Error | null
  again(): void
  /** Models to talk to, those in the store first. */
  readonly models: readonly string[]
  /** The newest run that brings, or brought, the default model. */
  readonly run: Run | undefined
  /** By short name. */
  readonly offers: ReadonlyMap<string, Offer>
  /** The default model that somebody has set; null: Sanjha chooses. */
  readonly configured: string | null
}

/** What the page shows, kept up to date by the server's events. */
export function useWelcome(): Welcome {
  const client = useQueryClient()
  const models = useQuery({ queryKey: ['models', 'welcome'], queryFn: ({ signal }) => readModels(signal) })
  const runs = useQuery({
    queryKey: ['runs', { kind: 'default-model' }],
    queryFn: ({ signal }) => ask<{ runs: Run[] }>('/runs?kind=default-model&limit=1', { signal }),
  })
  const catalog = useQuery({ queryKey: ['catalog', 'welcome'], queryFn: ({ signal }) => readOffers(signal) })
  const settings = useQuery({
    queryKey: ['settings', 'welcome'],
    queryFn: async ({ signal }) => {
      const { settings: all } = await ask<{ settings: { key: string; value: unknown }[] }>('/settings', { signal })
      const value = all.find(({ key }) => key === 'models.default')?.value
      // `auto` is how the server says that nobody chose one.
      return typeof value === 'string' && value !== 'auto' ? value : null
    },
  })
  const run = runs.data?.runs[0]
  const ended = run !== undefined && isOver(run)
  useEffect(() => {
    if (ended) void client.invalidateQueries({ queryKey: ['models'] })
  }, [ended, client])
  const needed = [models, runs]
  return {
    isLoading: needed.some(({ data }) => data === undefined),
    error: needed.find(({ data, error }) => data === undefined && error !== null)?.error ?? null,
    again: () => {
      for (const query of [...needed, catalog, settings]) void query.refetch()
    },
    models: models.data ?? [],
    run,
    offers: catalog.data ?? new Map(),
    configured: settings.data ?? null,
  }
}

async function readModels(signal: AbortSignal): Promise<readonly string[]> {
  const { models } = await ask<{ models: Stored[] }>('/models', { signal })
  const stored = models.filter(({ capabilities }) => canTalk(capabilities)).map(({ name }) => name)
  if (stored.length > 0) return stored
  const known = new Set(models.map(({ name }) => name))
  const { data } = await ask<{ data: { id: string }[] }>('/v1/models', { signal })
  return data.map(({ id }) => id).filter((id) => !known.has(id))
}

const canTalk = (capabilities: readonly string[] | undefined): boolean =>
  capabilities === undefined || capabilities.includes('chat') || capabilities.includes('completion')

async function readOffers(signal: AbortSignal): Promise<ReadonlyMap<string, Offer>> {
  const { models } = await ask<{ models: CatalogModel[] }>('/catalog', { signal })
  return new Map(
    models.flatMap((model) => {
      const file = model.files.find(({ sha256 }) => sha256 !== null)
      const { name, license, openLicense: isOpen } = model
      return model.shortNames.map((short) => [short, { name, license, isOpen, size: file?.size ?? null }] as const)
    }),
  )
}
