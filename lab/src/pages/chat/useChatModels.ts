import { useQuery } from '@tanstack/react-query'
import { apiKey } from '../../api/apiKey.ts'
import { ask } from '../../api/ask.ts'
import { LabError } from '../../api/LabError.ts'

/** A model that can be talked to. */
export interface ChatModel {
  readonly name: string
  readonly place: 'loaded' | 'stored' | 'remote'
  readonly canSee: boolean
}

interface Stored {
  readonly name: string
  readonly aliases?: readonly string[]
  readonly capabilities?: readonly string[]
}

interface Served {
  readonly id: string
  readonly parent: string | null
}

async function served(signal: AbortSignal): Promise<readonly Served[]> {
  const key = apiKey.get()
  const headers = key === undefined ? {} : { authorization: `Bearer ${key}` }
  const response = await fetch('/v1/models', { headers, signal })
  if (response.ok) return ((await response.json()) as { data: Served[] }).data
  throw new LabError({
    code: response.status === 401 ? 'unauthorized' : 'unknown',
    message: `${response.status} ${response.statusText}`,
    status: response.status,
    retryable: response.status >= 500,
  })
}

/** What all who can be asked are called, and which of them hold a conversation: those here, and those of remote servers. */
export function chatModels(
  all: readonly Served[],
  stored: readonly Stored[],
  loaded: ReadonlySet<string>,
): readonly ChatModel[] {
  const byName = new Map(stored.flatMap((model) => [model.name, ...(model.aliases ?? [])].map((name) => [name, model])))
  return all.flatMap(({ id, parent }): ChatModel[] => {
    const model = byName.get(id) ?? byName.get(parent ?? id)
    const abilities = model?.capabilities
    if (abilities !== undefined && !abilities.includes('completion') && !abilities.includes('chat')) return []
    const place = loaded.has(id) || (model !== undefined && loaded.has(model.name)) ? 'loaded' : undefined
    return [
      {
        name: id,
        place: place ?? (model === undefined ? 'remote' : 'stored'),
        canSee: abilities?.includes('vision') ?? true,
      },
    ]
  })
}

/** Undefined: not known yet. */
export function useChatModels(): {
  models: readonly ChatModel[] | undefined
  error: Error | null
  refetch: () => Promise<unknown>
} {
  const { data, error, refetch } = useQuery({
    queryKey: ['models', 'of chats'],
    queryFn: async ({ signal }) => {
      const [all, stored] = await Promise.all([served(signal), ask<{ models: Stored[] }>('/models', { signal })])
      return { all, stored: stored.models }
    },
  })
  const loaded = useQuery({
    queryKey: ['loaded'],
    queryFn: ({ signal }) => ask<{ models: { model: string }[] }>('/loaded', { signal }),
  })
  const names = new Set(loaded.data?.models.map(({ model }) => model))
  return { models: data && chatModels(data.all, data.stored, names), error, refetch }
}
