import {
  type UseMutationResult,
  type UseQueryResult,
  useMutation,
  useQuery,
  useQueryClient,
} from '@tanstack/react-query'
import { ask } from '../../../api/ask.ts'

/** An engine elsewhere, as far as the server tells: its key never comes back. */
export interface Remote {
  readonly name: string
  readonly baseUrl: string
  /** Where its key is; null where it needs none. */
  readonly key: { readonly from: 'env' | 'file'; readonly name: string; readonly isThere: boolean } | null
  /** False where it is not the user's file that names it. */
  readonly removable: boolean
}

/** What a person writes to add or to test one. */
export interface NewRemote {
  readonly name: string
  readonly baseUrl: string
  readonly apiKey?: string
}

/** One that is there by its name, or one that may come to be. */
export type RemoteQuestion = { readonly name: string } | Omit<NewRemote, 'name'>

export type RemoteProblem =
  | 'unknown_host'
  | 'unreachable'
  | 'timeout'
  | 'certificate'
  | 'refused_address'
  | 'key_missing'
  | 'key_refused'
  | 'no_api'
  | 'failed'

export interface RemoteTest {
  readonly ok: boolean
  readonly problem: RemoteProblem | null
  /** In English. */
  readonly message: string
  readonly hint: string | null
  readonly models: readonly string[]
}

const queryKey = ['remotes'] as const

export function useRemotes(): UseQueryResult<readonly Remote[]> {
  return useQuery({
    queryKey,
    queryFn: async ({ signal }) => (await ask<{ remotes: readonly Remote[] }>('/remotes', { signal })).remotes,
  })
}

export function useTestRemote(): UseMutationResult<RemoteTest, Error, RemoteQuestion> {
  return useMutation({ mutationFn: (body) => ask<RemoteTest>('/remotes/test', { method: 'POST', body }) })
}

export function useAddRemote(): UseMutationResult<unknown, Error, NewRemote> {
  const changed = useChanged()
  return useMutation({ mutationFn: (body) => ask('/remotes', { method: 'POST', body }), onSuccess: changed })
}

export function useRemoveRemote(): UseMutationResult<unknown, Error, string> {
  const changed = useChanged()
  return useMutation({
    mutationFn: (name) => ask(`/remotes/${encodeURIComponent(name)}`, { method: 'DELETE' }),
    onSuccess: changed,
  })
}

/** Their models are among the others. */
function useChanged(): () => Promise<unknown> {
  const client = useQueryClient()
  return () =>
    Promise.all([['remotes'], ['settings'], ['models']].map((key) => client.invalidateQueries({ queryKey: key })))
}
