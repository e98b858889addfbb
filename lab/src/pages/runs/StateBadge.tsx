import type { ReactNode } from 'react'
import type { RunState } from '../../api/Run.ts'
import { useRunTexts } from './texts.ts'

const looks: Readonly<Record<RunState, string>> = {
  queued: '',
  running: 'info',
  succeeded: 'good',
  failed: 'bad',
  cancelled: '',
  interrupted: 'warn',
}

export function StateBadge({ state }: { state: RunState }): ReactNode {
  const { text } = useRunTexts()
  return <span className={`badge ${looks[state]}`}>{text(`runs.state.${state}`)}</span>
}
