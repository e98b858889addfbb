import type { ReactNode } from 'react'
import type { Run } from '../../api/Run.ts'
import { useRunTexts } from './texts.ts'

/** Why a run did not come to its end, and how to go on: the server's words are English. */
export function RunError({ run }: { run: Run }): ReactNode {
  const { text } = useRunTexts()
  if (run.state === 'interrupted') return <p className="runs-note">{text('runs.interrupted')}</p>
  if (run.state !== 'failed' || run.error === null) return null
  return (
    <blockquote className="runs-error" lang="en">
      <p>{run.error.message}</p>
      {run.error.hint !== undefined && <p className="muted">{run.error.hint}</p>}
    </blockquote>
  )
}
