import { useSyncExternalStore } from 'react'

/** Things that any part of the page may put up, and one part shows: messages, questions, words for screen readers. */
export interface List<Item> {
  readonly items: readonly Item[]
  add(item: Item): void
  remove(item: Item): void
  subscribe(changed: () => void): () => void
}

export function createList<Item>(): List<Item> {
  let items: readonly Item[] = []
  const listeners = new Set<() => void>()
  const become = (next: readonly Item[]): void => {
    items = next
    for (const listener of [...listeners]) listener()
  }
  return {
    get items() {
      return items
    },
    add: (item) => become([...items, item]),
    remove: (item) => {
      if (items.includes(item)) become(items.filter((each) => each !== item))
    },
    subscribe: (changed) => {
      listeners.add(changed)
      return () => listeners.delete(changed)
    },
  }
}

export function useList<Item>(list: List<Item>): readonly Item[] {
  return useSyncExternalStore(list.subscribe, () => list.items)
}
