import { useEffect, useState } from 'react'
import { useLocation, useSearchParams } from 'wouter'
import { useIsWide } from './useIsWide.ts'

export interface Panels {
  readonly history: boolean
  readonly settings: boolean
  show(panel: 'history' | 'settings', isShown: boolean): void
}

const storageKey = 'sanjha.chat.history'

/** Which of the sides are shown. The settings stand in the address; whether there is a history beside is a habit. */
export function usePanels(): Panels {
  const isWide = useIsWide()
  const [search, setSearch] = useSearchParams()
  const [habit, setHabit] = useState(() => localStorage.getItem(storageKey) !== 'closed')
  const [isOver, setOver] = useState(false)
  const [location] = useLocation()
  // Over the conversation the history has done its work once a chat was chosen in it.
  // biome-ignore lint/correctness/useExhaustiveDependencies: it is for the change
  useEffect(() => setOver(false), [location])
  return {
    history: isWide ? habit : isOver,
    settings: search.get('panel') === 'settings',
    show: (panel, isShown) => {
      if (panel === 'settings') {
        setSearch(
          (old) => {
            const changed = new URLSearchParams(old)
            if (isShown) changed.set('panel', 'settings')
            else changed.delete('panel')
            return changed
          },
          { replace: true },
        )
      } else if (isWide) {
        localStorage.setItem(storageKey, isShown ? 'open' : 'closed')
        setHabit(isShown)
      } else setOver(isShown)
    },
  }
}
