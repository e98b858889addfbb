import { useSyncExternalStore } from 'react'

const storageKey = 'sanjha.dismissed-pulls'
const listeners = new Set<() => void>()
let dismissed: ReadonlySet<string> = new Set(localStorage.getItem(storageKey)?.split(' '))

/** Does not show this pull among the models any more; its run stays on the page of runs. */
export function dismissPull(id: string): void {
  // The last ones are enough: older pulls are not shown anyway.
  dismissed = new Set([...dismissed, id].slice(-100))
  localStorage.setItem(storageKey, [...dismissed].join(' '))
  for (const tell of listeners) tell()
}

export function useDismissed(): ReadonlySet<string> {
  return useSyncExternalStore(
    (tell) => {
      listeners.add(tell)
      return () => listeners.delete(tell)
    },
    () => dismissed,
  )
}
