import { useCallback, useRef, useState } from 'react'

/** Something that is being done at somebody's wish, and how it ended. */
export interface Work {
  readonly isBusy: boolean
  readonly error: unknown
  /** Does it, unless it is being done already. True: it succeeded. */
  readonly run: (work: () => Promise<unknown>) => Promise<boolean>
  readonly forget: () => void
}

export function useWork(): Work {
  const [state, setState] = useState<{ isBusy: boolean; error: unknown }>({ isBusy: false, error: null })
  const isBusy = useRef(false)
  const run = useCallback(async (work: () => Promise<unknown>): Promise<boolean> => {
    if (isBusy.current) return false
    isBusy.current = true
    setState({ isBusy: true, error: null })
    try {
      await work()
      setState({ isBusy: false, error: null })
      return true
    } catch (error) {
      setState({ isBusy: false, error })
      return false
    } finally {
      isBusy.current = false
    }
  }, [])
  const forget = useCallback(() => setState({ isBusy: false, error: null }), [])
  return { ...state, run, forget }
}
