import type { Database } from '../core/index.ts'
import type { ChatPathPage } from './contract.ts'
import { type MessageRow, toMessage } from './rows.ts'

/** The `limit` messages (null: all) of the branch that ends in the message `leaf`, the oldest first. */
export function readBranch(database: Database, leaf: string, limit: number | null): MessageRow[] {
  return database.all<MessageRow>(
    `WITH RECURSIVE up (id, depth) AS (
       SELECT ?1, 0 UNION ALL
       SELECT m.parent, depth + 1 FROM up JOIN chat_messages m ON m.id = up.id
       WHERE m.parent IS NOT NULL AND (?2 IS NULL OR depth + 1 < ?2)
     ) SELECT m.* FROM up JOIN chat_messages m ON m.id = up.id ORDER BY depth DESC`,
    leaf,
    limit,
  )
}

/** The same as a page, with the branches that leave it. @param end null: of a chat that has no messages there */
export function readBranchPage(database: Database, chatId: string, end: string | null, limit?: number): ChatPathPage {
  const rows = end === null ? [] : readBranch(database, end, limit ?? null)
  const parents = [...new Set(rows.map((row) => row.parent))]
  const known = new Map<string | null, string[]>(parents.map((parent) => [parent, []]))
  const brothers = database.all<{ id: string; parent: string | null }>(
    `SELECT m.row, m.id, m.parent FROM json_each(?1) p JOIN chat_messages m ON m.parent = p.value
     UNION ALL SELECT row, id, parent FROM chat_messages WHERE chat = ?2 AND parent IS NULL AND ?3
     ORDER BY row`,
    JSON.stringify(parents.filter((parent) => parent !== null)),
    chatId,
    known.has(null) ? 1 : 0,
  )
  for (const { id, parent } of brothers) known.get(parent)?.push(id)
  return {
    messages: rows.map(toMessage),
    siblings: Object.fromEntries(rows.map((row) => [row.id, known.get(row.parent) ?? [row.id]])),
    before: rows[0]?.parent == null ? null : rows[0].id,
  }
}
