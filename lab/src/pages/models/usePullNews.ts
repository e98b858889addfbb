import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef } from 'react'
import { toast } from '../../parts/Toasts.tsx'
import { isActive } from './mergeModels.ts'
import { useModelText } from './texts.ts'
import { usePulls } from './useModels.ts'

/** Says in words which pull has ended since the page was opened, and asks anew for the models when one brought something. */
export function usePullNews(): void {
  const { text } = useModelText()
  const client = useQueryClient()
  const { data } = usePulls()
  const active = useRef<ReadonlySet<string>>(new Set())
  useEffect(() => {
    const runs = data?.runs ?? []
    for (const { id, state, input, result } of runs) {
      if (!active.current.has(id) || state === 'queued' || state === 'running') continue
      const name = result?.name ?? input.model
      toast({ kind: state === 'succeeded' ? 'good' : 'info', text: text(`models.news.${state}`, { name }) })
      if (state === 'succeeded') void client.invalidateQueries({ queryKey: ['models'] })
    }
    active.current = new Set(runs.filter(isActive).map(({ id }) => id))
  }, [data, client, text])
}
