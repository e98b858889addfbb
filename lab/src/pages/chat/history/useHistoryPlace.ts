import { useSearchParams } from 'wouter'

/** What of the history stands in the address: what is searched for, and the folder. */
export interface HistoryPlace {
  readonly find: string
  /** Null: all. */
  readonly folder: string | null
  setFind(find: string): void
  setFolder(folder: string | null): void
  /** The address of a chat, or of one of its messages, in which search and folder stay. Null: a new chat. */
  href(chatId: string | null, messageId?: string | null): string
}

export function useHistoryPlace(): HistoryPlace {
  const [search, setSearch] = useSearchParams()
  const set = (name: string, value: string | null): void =>
    setSearch(
      (old) => {
        const changed = new URLSearchParams(old)
        if (value === null || value === '') changed.delete(name)
        else changed.set(name, value)
        return changed
      },
      { replace: true },
    )
  return {
    find: search.get('find') ?? '',
    folder: search.get('folder'),
    setFind: (find) => set('find', find),
    setFolder: (folder) => set('folder', folder),
    href: (chatId, messageId = null) => {
      const kept = new URLSearchParams()
      for (const name of ['find', 'folder']) {
        const value = search.get(name)
        if (value !== null && value !== '') kept.set(name, value)
      }
      if (messageId !== null) kept.set('leaf', messageId)
      const query = kept.size === 0 ? '' : `?${kept}`
      if (chatId === null) return `/chat${query}`
      return `/chat/${encodeURIComponent(chatId)}${query}${messageId === null ? '' : `#${messageId}`}`
    },
  }
}
