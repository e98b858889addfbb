import { useSyncExternalStore } from 'react'

/** Milliseconds since 1970, as they were at the last full `step`: what shows them is drawn anew with each. */
export function useNow(step: number): number {
  return useSyncExternalStore(
    (changed) => {
      const timer = setInterval(changed, step)
      return () => clearInterval(timer)
    },
    () => Math.floor(Date.now() / step) * step,
  )
}
