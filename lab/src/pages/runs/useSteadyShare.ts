import { useRef } from 'react'
import type { Run } from '../../api/Run.ts'
import { type Shares, steadyShare } from './steadyShare.ts'

/** 0 to 1, or null where nobody knows. It does not go back while it is shown. */
export function useSteadyShare(run: Run): number | null {
  const shown = useRef<Shares>({})
  const [share, next] = steadyShare(shown.current, run)
  shown.current = next
  return share
}
