import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { Redirect } from 'wouter'
import { ask } from '../api/ask.ts'
import { Failed, Loading } from '../parts/States.tsx'

/** From the Lab's own address to the chat; where there is no model to talk to, to the page that gets one. */
export function HomeRedirect(): ReactNode {
  const { data, error, refetch } = useQuery({ queryKey: ['models', 'home'], queryFn: ({ signal }) => hasModel(signal) })
  if (data !== undefined) return <Redirect to={data ? '/chat' : '/welcome'} replace />
  return error === null ? <Loading /> : <Failed error={error} onAgain={refetch} />
}

/** Whether anything can be talked to: a model in the store or, asked only then, of an engine elsewhere. */
async function hasModel(signal: AbortSignal): Promise<boolean> {
  const { models } = await ask<{ models: unknown[] }>('/models', { signal })
  if (models.length > 0) return true
  const { data } = await ask<{ data: unknown[] }>('/v1/models', { signal })
  return data.length > 0
}
