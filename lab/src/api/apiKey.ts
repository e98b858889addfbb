const storageKey = 'sanjha.key'

/** The key for servers that ask for one. It lives as long as the tab. */
export const apiKey = {
  get: (): string | undefined => sessionStorage.getItem(storageKey) ?? undefined,
  set: (key: string): void => sessionStorage.setItem(storageKey, key),
  forget: (): void => sessionStorage.removeItem(storageKey),
}
