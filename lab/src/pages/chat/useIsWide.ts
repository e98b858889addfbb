import { useSyncExternalStore } from 'react'

const wide = matchMedia('(min-width: 75rem)')

const watch = (changed: () => void): (() => void) => {
  wide.addEventListener('change', changed)
  return () => wide.removeEventListener('change', changed)
}

/** Whether there is room for something beside a conversation. */
export function useIsWide(): boolean {
  return useSyncExternalStore(watch, () => wide.matches)
}
