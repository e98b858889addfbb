import { useEffect } from 'react'
import { allCommands } from './commands.ts'
import { isShortcut, isTyping } from './shortcuts.ts'

/** Does what the commands' keys say, wherever the keyboard is: but a single sign not in a text, and none under a dialog. */
export function useShortcuts(): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || event.isComposing || document.querySelector('dialog[open]') !== null) return
      const command = allCommands().find(
        ({ shortcut, run }) =>
          shortcut !== undefined &&
          run !== undefined &&
          isShortcut(shortcut, event) &&
          (shortcut.includes('mod+') || !isTyping(event.target)),
      )
      if (command === undefined) return
      event.preventDefault()
      command.run?.()
    }
    addEventListener('keydown', onKey)
    return () => removeEventListener('keydown', onKey)
  }, [])
}
