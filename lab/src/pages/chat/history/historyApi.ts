import { ask } from '../../../api/ask.ts'
import type { ChatPage, ChatSummary, ChatsFile, ChatTree, Folder, SearchHit } from './wire.ts'

const at = (id: string): string => `/chats/${encodeURIComponent(id)}`
/** Addresses may not grow without end. */
const idsAtOnce = 50
/** What one request may carry at most is for the server to say (32 MiB, unless it was set otherwise); this stays well below. */
const importAtOnce = 4_000_000

export interface ImportCounts {
  readonly added: number
  readonly skipped: number
  /** What the server did not take over as it stood. */
  readonly changed: number
}

interface Imported {
  readonly added: number
  readonly skipped: number
  readonly changes: readonly { readonly what: string; readonly count: number }[]
}

/** What the history asks of the server. Errors: `LabError`. */
export const historyApi = {
  list: (query: { folder: string | null; limit: number; after?: string; signal?: AbortSignal }): Promise<ChatPage> => {
    const search = new URLSearchParams({ limit: String(query.limit) })
    if (query.folder !== null) search.set('folder', query.folder)
    if (query.after !== undefined) search.set('after', query.after)
    return ask(`/chats?${search}`, query.signal ? { signal: query.signal } : {})
  },
  folders: async (signal?: AbortSignal): Promise<readonly Folder[]> =>
    (await ask<{ folders: Folder[] }>('/chats/folders', signal ? { signal } : {})).folders,
  search: async (find: string, folder: string | null, signal: AbortSignal): Promise<readonly SearchHit[]> => {
    const search = new URLSearchParams({ q: find, limit: '100', ...(folder !== null && { folder }) })
    return (await ask<{ hits: SearchHit[] }>(`/chats/search?${search}`, { signal })).hits
  },
  update: (id: string, patch: Partial<Pick<ChatSummary, 'title' | 'folder' | 'pinned'>>): Promise<ChatSummary> =>
    ask(at(id), { method: 'PATCH', body: patch }),
  remove: (id: string): Promise<unknown> => ask(at(id), { method: 'DELETE' }),
  /** Whole chats. `ids` absent: all of them. */
  async export(ids?: readonly string[]): Promise<readonly ChatTree[]> {
    if (ids === undefined) return (await ask<ChatsFile>('/chats/export')).chats
    const chats: ChatTree[] = []
    for (let i = 0; i < ids.length; i += idsAtOnce) {
      const search = new URLSearchParams({ ids: ids.slice(i, i + idsAtOnce).join(',') })
      chats.push(...(await ask<ChatsFile>(`/chats/export?${search}`)).chats)
    }
    return chats
  },
  /** Adds chats that are not there yet. Several requests where there are many: `told` hears of each that was done. */
  async import(chats: readonly ChatTree[], told: (done: ImportCounts) => void = () => {}): Promise<ImportCounts> {
    const done = { added: 0, skipped: 0, changed: 0 }
    for (const part of parts(chats)) {
      const file: ChatsFile = { format: 'sanjha.chats', version: 1, exportedAt: new Date().toISOString(), chats: part }
      const { added, skipped, changes } = await ask<Imported>('/chats/import', { method: 'POST', body: file })
      done.added += added
      done.skipped += skipped
      for (const { count } of changes) done.changed += count
      told({ ...done })
    }
    return done
  },
}

/** Chats in portions of about `importAtOnce` characters, in their order. */
function* parts(chats: readonly ChatTree[]): Iterable<ChatTree[]> {
  let part: ChatTree[] = []
  let length = 0
  for (const chat of chats) {
    const own = JSON.stringify(chat).length
    if (part.length > 0 && length + own > importAtOnce) {
      yield part
      part = []
      length = 0
    }
    part.push(chat)
    length += own
  }
  if (part.length > 0) yield part
}
