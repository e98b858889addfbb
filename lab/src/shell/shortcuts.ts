/** What of a key event tells which keys they were. */
export type Keys = Pick<KeyboardEvent, 'key' | 'code' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey'>

/**
 * Whether these are the keys of a shortcut: `mod+k` (Ctrl, on a Mac Command), `mod+shift+o`, `?`, `g`.
 * A single sign is that sign, however it is typed.
 */
export function isShortcut(shortcut: string, event: Keys): boolean {
  const parts = shortcut.split('+')
  const key = parts.at(-1) || '+'
  const wanted = (name: string): boolean => parts.slice(0, -1).includes(name)
  if (wanted('mod') !== (event.ctrlKey || event.metaKey)) return false
  if (wanted('alt') !== event.altKey) return false
  const isSign = key.length === 1 && !/[a-z0-9]/.test(key)
  if (!isSign && wanted('shift') !== event.shiftKey) return false
  return pressed(event) === key
}

/** The key's sign. Where the keyboard writes another script, the letter that Latin keyboards have in its place. */
function pressed({ key, code }: Keys): string {
  const isOtherScript = key.length === 1 && key > '\u007f'
  if (isOtherScript && /^Key[A-Z]$/.test(code)) return code.slice(3).toLowerCase()
  return key.toLowerCase()
}

/** The keys as they stand on the keyboard, one by one. */
export function shortcutKeys(shortcut: string, isMac: boolean): string[] {
  const names: Record<string, string> = isMac
    ? { mod: '⌘', shift: '⇧', alt: '⌥' }
    : { mod: 'Ctrl', shift: 'Shift', alt: 'Alt' }
  return shortcut.split('+').map((part) => names[part] ?? (part.length === 1 ? part.toUpperCase() : capital(part)))
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1)
}

/** Whether what is typed goes into a text: there a single sign is no shortcut. */
export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false
  const isText = target instanceof HTMLInputElement && !/^(checkbox|radio|range|button|submit|file)$/.test(target.type)
  return (
    isText || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement || target.isContentEditable
  )
}

export const isMac = typeof navigator !== 'undefined' && /Mac|iPhone|iPad/.test(navigator.userAgent)
