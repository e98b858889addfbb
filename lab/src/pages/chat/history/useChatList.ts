import { type QueryClient, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { historyApi } from './historyApi.ts'
import type { ChatPage, ChatSummary } from './wire.ts'

const firstPage = 100
/** The most that the server gives at once. */
const atOnce = 1000

export interface ChatList {
  /** Undefined until the first have come. */
  readonly chats: readonly ChatSummary[] | undefined
  readonly error: unknown
  readonly hasMore: boolean
  readonly isFetchingMore: boolean
  more(): void
  again(): void
}

/**
 * The chats of a folder (null: all), the newest first, as many as were asked for. After a change as many are fetched anew
 * in one request, where react-query's own endless lists would ask for page after page.
 */
export function useChatList(folder: string | null): ChatList {
  const client = useQueryClient()
  const [isFetchingMore, setFetching] = useState(false)
  const [moreError, setMoreError] = useState<unknown>(null)
  const key = ['chats', 'list', folder]
  const { data, error, refetch } = useQuery({
    queryKey: key,
    queryFn: ({ signal }) => readList(client, key, folder, signal),
  })
  const more = async (): Promise<void> => {
    if (isFetchingMore || data?.next == null) return
    setFetching(true)
    setMoreError(null)
    try {
      const page = await historyApi.list({ folder, limit: firstPage, after: data.next })
      client.setQueryData<ChatPage>(key, (old) => {
        if (old === undefined || old.next !== data.next) return old
        const known = new Set(old.chats.map(({ id }) => id))
        // One that has changed in between may stand in both.
        return { chats: [...old.chats, ...page.chats.filter(({ id }) => !known.has(id))], next: page.next }
      })
    } catch (failure) {
      setMoreError(failure)
    } finally {
      setFetching(false)
    }
  }
  return {
    chats: data?.chats,
    error: error ?? moreError,
    hasMore: data?.next != null && moreError === null,
    isFetchingMore,
    more: () => void more(),
    again: () => {
      setMoreError(null)
      void refetch()
    },
  }
}

async function readList(
  client: QueryClient,
  key: readonly unknown[],
  folder: string | null,
  signal: AbortSignal,
): Promise<ChatPage> {
  const wanted = Math.max(firstPage, client.getQueryData<ChatPage>(key)?.chats.length ?? 0)
  let page = await historyApi.list({ folder, limit: Math.min(wanted, atOnce), signal })
  while (page.chats.length < wanted && page.next !== null) {
    const limit = Math.min(wanted - page.chats.length, atOnce)
    const { chats, next } = await historyApi.list({ folder, limit, after: page.next, signal })
    page = { chats: [...page.chats, ...chats], next }
  }
  return page
}
