import { useMutation, useQueryClient } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { Link } from 'wouter'
import { ask } from '../../api/ask.ts'
import { LabError } from '../../api/LabError.ts'
import { isOver, type Run } from '../../api/Run.ts'
import { announce } from '../../parts/announce.tsx'
import { Icon } from '../../parts/Icon.tsx'
import { toast } from '../../parts/Toasts.tsx'
import { useRunTitle } from '../../parts/useRunTitle.ts'
import { madeModel } from './runFacts.ts'
import { useRunTexts } from './texts.ts'

/** What can be done with a run in the state it is in. */
export function RunActions({ run }: { run: Run }): ReactNode {
  const { text } = useRunTexts()
  const title = useRunTitle()(run).text
  const client = useQueryClient()
  const change = useMutation({
    mutationFn: (action: 'cancel' | 'resume') =>
      ask<Run>(`/runs/${encodeURIComponent(run.id)}/${action}`, { method: 'POST' }),
    // The answer may be older than what was told meanwhile: it is asked for, not believed.
    onSettled: () => {
      void client.invalidateQueries({ queryKey: ['run', run.id] })
      void client.invalidateQueries({ queryKey: ['runs'] })
    },
    onSuccess: (_, action) => {
      announce(text(action === 'cancel' ? 'runs.cancelled' : 'runs.resumed', { title }))
    },
    onError: (error) => {
      const { message, hint } = LabError.from(error).facts
      toast({ kind: 'bad', text: [text('state.failed'), message, hint].filter(Boolean).join(' ') })
    },
  })
  const model = madeModel(run)
  return (
    <div className="runs-actions">
      {model !== null && (
        <Link
          className="button"
          href={`/models/${encodeURIComponent(model)}`}
          aria-label={`${text('runs.open')}: ${model}`}
        >
          <Icon name="models" />
          {text('runs.open')}
        </Link>
      )}
      {/* One button that changes its meaning, so that the keyboard is not lost when the state changes under it. */}
      {run.state !== 'succeeded' && (
        <button
          type="button"
          className="button"
          aria-label={`${text(isOver(run) ? 'runs.resume' : 'runs.cancel')}: ${title}`}
          aria-disabled={change.isPending}
          onClick={() => {
            if (!change.isPending) change.mutate(isOver(run) ? 'resume' : 'cancel')
          }}
        >
          <Icon name={isOver(run) ? 'again' : 'stop'} />
          {text(isOver(run) ? 'runs.resume' : 'runs.cancel')}
        </button>
      )}
    </div>
  )
}
