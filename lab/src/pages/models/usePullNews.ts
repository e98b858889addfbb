import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef } from 'react'
import { toast } from '../../parts/Toasts.tsx'
import { isActive } from './mergeModels.ts'
import { useModelText } from './texts.ts'
import { usePulls } from './useModels.ts'

/** Says which pulls have ended since the page was opened, and asks anew for the models when one brought something. */
export function usePullNews(): void {
  const { text } = useModelText()
  const client = useQueryClient()
  const { data } = usePulls()
  /** Those that had ended when they were last looked at; undefined before the first look. */
  const ended = useRef<ReadonlySet<string>>(undefined)
  useEffect(() => {
    if (data === undefined) return
    const runs = data.runs.filter((run) => !isActive(run))
    for (const { id, state, input, result } of ended.current === undefined ? [] : runs) {
      if (ended.current?.has(id) || state === 'queued' || state === 'running') continue
      const name = result?.name ?? input.model
      toast({ kind: state === 'succeeded' ? 'good' : 'info', text: text(`models.news.${state}`, { name }) })
      if (state === 'succeeded') void client.invalidateQueries({ queryKey: ['models'] })
    }
    ended.current = new Set(runs.map(({ id }) => id))
  }, [data, client, text])
}
