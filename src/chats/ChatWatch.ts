import type { Database } from '../core/index.ts'
import type { ChatChange } from './contract.ts'

interface Row {
  id: string
  key: string
}

/** Finds out which chats were changed since the last look, whoever changed them. */
export class ChatWatch {
  readonly #database: Database
  #known: ReadonlyMap<string, string> | undefined

  /** @param database opened with `chatsMigrations` */
  constructor(database: Database) {
    this.#database = database
  }

  /** The first look finds nothing: everything is new to it. */
  changes(): readonly ChatChange[] {
    const rows = this.#database.all<Row>(
      `SELECT id, json_array(updated_at, title, folder, model, pinned, active_message, data) AS key FROM chats`,
    )
    const now = new Map(rows.map(({ id, key }) => [id, key]))
    const before = this.#known
    this.#known = now
    if (before === undefined) return []
    const changes: ChatChange[] = []
    for (const [chatId, key] of now) {
      const old = before.get(chatId)
      if (old === undefined) changes.push({ chatId, change: 'created' })
      else if (old !== key) changes.push({ chatId, change: 'changed' })
    }
    for (const chatId of before.keys()) if (!now.has(chatId)) changes.push({ chatId, change: 'deleted' })
    return changes
  }
}
