import type { ReactNode } from 'react'
import { isMac, shortcutKeys } from './shortcuts.ts'

/** Keys, as they stand on the keyboard. */
export function Shortcut({ keys }: { keys: string }): ReactNode {
  return (
    <span className="shortcut">
      {shortcutKeys(keys, isMac).map((key) => (
        <kbd key={key}>{key}</kbd>
      ))}
    </span>
  )
}
