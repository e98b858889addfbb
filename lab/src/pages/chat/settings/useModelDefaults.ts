import { useQuery } from '@tanstack/react-query'
import { ask } from '../../../api/ask.ts'
import { LabError } from '../../../api/LabError.ts'

/** What a model does where nobody says anything else. */
export interface ModelDefaults {
  readonly system?: string
  readonly temperature?: number
  readonly topK?: number
  readonly topP?: number
  readonly minP?: number
  readonly repeatPenalty?: number
}

/** The defaults of a stored model; `null` for one that is answered for elsewhere; undefined while nobody knows. */
export function useModelDefaults(model: string | null | undefined): ModelDefaults | null | undefined {
  const { data } = useQuery({
    queryKey: ['model defaults', model],
    queryFn: async ({ signal }) => {
      try {
        return (await ask<{ defaults: ModelDefaults }>(`/models/${encodeURIComponent(model ?? '')}`, { signal }))
          .defaults
      } catch (error) {
        if (LabError.from(error).facts.status === 404) return null
        throw error
      }
    },
    enabled: model != null && model !== '',
    staleTime: 60_000,
  })
  return data
}
