import {
  type UseMutationResult,
  type UseQueryResult,
  useMutation,
  useQuery,
  useQueryClient,
} from '@tanstack/react-query'
import { ask } from '../../api/ask.ts'
import type { ChangedSetting, SettingsAnswer, Value } from './contract.ts'

const queryKey = ['settings'] as const

export function useSettings(): UseQueryResult<SettingsAnswer> {
  return useQuery({ queryKey, queryFn: ({ signal }) => ask<SettingsAnswer>('/settings', { signal }) })
}

/** Writes a setting into the user's file; null takes it out again. Nothing is shown as changed before the server has changed it. */
export function useChangeSetting(key: string): UseMutationResult<ChangedSetting, Error, Value> {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (value) =>
      ask<ChangedSetting>(`/settings/${encodeURIComponent(key)}`, { method: 'PATCH', body: { value } }),
    onSuccess: () => client.invalidateQueries({ queryKey }),
  })
}
