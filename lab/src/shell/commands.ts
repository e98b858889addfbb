import { useEffect, useSyncExternalStore } from 'react'
import type { IconName } from '../parts/Icon.tsx'

/** Something that can be done from the palette (Ctrl/Cmd+K), by its keys, or both. */
export interface Command {
  /** Of two with one id the one that came last counts, so that a page can do better what the shell can do as well. */
  readonly id: string
  /** In the language of the page. */
  readonly title: string
  /** What it stands under: of the page's own, in its language. */
  readonly group: string
  /** Other words to find it by. */
  readonly keywords?: string
  readonly icon?: IconName
  /** As in `shortcuts.ts`: `mod+k`, `?`. Also on the sheet of shortcuts. */
  readonly shortcut?: string
  /** What it does. Without: only on the sheet, for keys that a part of a page sees to by itself. */
  readonly run?: () => void
}

let lists: readonly (readonly Command[])[] = []
let merged: readonly Command[] = []
const listeners = new Set<() => void>()

function become(next: readonly (readonly Command[])[]): void {
  lists = next
  merged = [...new Map(next.flat().map((command) => [command.id, command])).values()]
  for (const listener of [...listeners]) listener()
}

/** Adds commands; returns how to take them away. */
export function addCommands(commands: readonly Command[]): () => void {
  become([...lists, commands])
  return () => become(lists.filter((list) => list !== commands))
}

/** All that can be done at the moment. */
export function allCommands(): readonly Command[] {
  return merged
}

/** Adds commands while the component is shown. `commands` must come from `useMemo`. */
export function useCommands(commands: readonly Command[]): void {
  useEffect(() => addCommands(commands), [commands])
}

export function useAllCommands(): readonly Command[] {
  return useSyncExternalStore(subscribe, allCommands)
}

function subscribe(changed: () => void): () => void {
  listeners.add(changed)
  return () => listeners.delete(changed)
}
