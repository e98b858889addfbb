const storageKey = 'sanjha.key'
const watchers = new Set<() => void>()

/** The key for servers that ask for one. It lives as long as the tab. */
export const apiKey = {
  get: (): string | undefined => sessionStorage.getItem(storageKey) ?? undefined,
  set: (key: string): void => {
    sessionStorage.setItem(storageKey, key)
    for (const changed of watchers) changed()
  },
  forget: (): void => sessionStorage.removeItem(storageKey),
  /** Calls `changed` whenever another key is to be used. */
  watch: (changed: () => void): void => {
    watchers.add(changed)
  },
}
