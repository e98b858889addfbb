import { type RefObject, useEffect, useLayoutEffect, useRef } from 'react'

/**
 * Keeps the keyboard in a list whose rows come and go: where the row that had it is drawn anew in another place, as when it is
 * pinned, it gets it back; where it is gone, the list itself does.
 * @param drawn changes whenever the rows may have
 */
export function useKeptFocus(list: RefObject<HTMLElement | null>, drawn: unknown): void {
  const last = useRef<string>(undefined)
  useEffect(() => {
    const element = list.current
    if (element === null) return
    const forget = (): void => {
      last.current = undefined
    }
    const remember = ({ target }: FocusEvent): void => {
      last.current = (target as Element).closest<HTMLElement>('[data-chat]')?.dataset['chat']
    }
    const leave = ({ relatedTarget }: FocusEvent): void => {
      // What is taken away leaves to nowhere; a person goes somewhere.
      if (relatedTarget !== null && !(relatedTarget as Element).closest('dialog')) forget()
    }
    element.addEventListener('focusin', remember)
    element.addEventListener('focusout', leave)
    document.addEventListener('pointerdown', forget)
    return () => {
      element.removeEventListener('focusin', remember)
      element.removeEventListener('focusout', leave)
      document.removeEventListener('pointerdown', forget)
    }
  }, [list])
  // biome-ignore lint/correctness/useExhaustiveDependencies: it is for the change
  useLayoutEffect(() => {
    const chat = last.current
    if (chat === undefined || document.activeElement !== document.body) return
    const row = list.current?.querySelector<HTMLElement>(`[data-chat="${CSS.escape(chat)}"]`)
    const target = row?.querySelector<HTMLElement>('a, input') ?? list.current
    target?.focus({ preventScroll: true })
  }, [list, drawn])
}
