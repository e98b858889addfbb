import type { Database } from '../core/index.ts'
import type { ChatRole, ChatSearchHit } from './contract.ts'
import { readableSnippet, searchQuery, snippetSql } from './searchText.ts'

interface HitRow {
  chat: string
  title: string
  message: string | null
  role: ChatRole | null
  snippet: string
  created_at: number
}

/** Titles first, then messages, each best first (BM25). */
export function searchChats(
  database: Database,
  typed: string,
  options: { readonly limit?: number; readonly folder?: string } = {},
): ChatSearchHit[] {
  const query = searchQuery(typed)
  if (query === undefined) return []
  const { limit = 50, folder = null } = options
  const titles = database.all<HitRow>(
    `SELECT c.id AS chat, c.title, NULL AS message, NULL AS role, ${snippetSql('chat_title_search')} AS snippet, c.created_at
     FROM chat_title_search JOIN chats c ON c.row = chat_title_search.rowid
     WHERE chat_title_search MATCH ?1 AND (?2 IS NULL OR c.folder = ?2) ORDER BY rank LIMIT ?3`,
    query,
    folder,
    limit,
  )
  const messages = database.all<HitRow>(
    `SELECT c.id AS chat, c.title, m.id AS message, m.role, ${snippetSql('chat_search')} AS snippet, m.created_at
     FROM chat_search JOIN chat_messages m ON m.row = chat_search.rowid JOIN chats c ON c.id = m.chat
     WHERE chat_search MATCH ?1 AND (?2 IS NULL OR c.folder = ?2) ORDER BY rank LIMIT ?3`,
    query,
    folder,
    limit,
  )
  return [...titles, ...messages].slice(0, limit).map((hit) => ({
    chatId: hit.chat,
    title: hit.title,
    messageId: hit.message,
    role: hit.role,
    snippet: readableSnippet(hit.snippet),
    createdAt: new Date(hit.created_at).toISOString(),
  }))
}
