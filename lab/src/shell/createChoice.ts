import { useSyncExternalStore } from 'react'

/** Something a person chooses once for this browser, such as the theme. Other tabs follow. */
export interface Choice<Value extends string> {
  readonly values: readonly Value[]
  get(): Value
  choose(value: Value): void
  subscribe(changed: () => void): () => void
}

/**
 * @param apply makes the page show what was chosen; called at once, and with each change
 * @param values what there is to choose; the first is the default
 */
export function createChoice<Value extends string>(
  storageKey: string,
  values: readonly [Value, ...Value[]],
  apply: (value: Value) => void,
): Choice<Value> {
  const listeners = new Set<() => void>()
  const get = (): Value => {
    const stored = localStorage.getItem(storageKey)
    return values.find((value) => value === stored) ?? values[0]
  }
  const changed = (): void => {
    apply(get())
    for (const listener of listeners) listener()
  }
  addEventListener('storage', ({ key }) => {
    if (key === storageKey) changed()
  })
  apply(get())
  return {
    values,
    get,
    choose: (value) => {
      localStorage.setItem(storageKey, value)
      changed()
    },
    subscribe: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}

export function useChoice<Value extends string>(choice: Choice<Value>): Value {
  return useSyncExternalStore(choice.subscribe, choice.get)
}
