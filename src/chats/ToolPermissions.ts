import type { Database } from '../core/index.ts'

/**
 * Which tools may be called in a chat without a question. Kept apart from what chats carry along, so that nothing that is
 * imported or sent can allow anything: only a person who was asked does.
 */
export class ToolPermissions {
  readonly #database: Database

  /** @param database opened with `chatsMigrations` */
  constructor(database: Database) {
    this.#database = database
  }

  /** Names of tools, in order. */
  of(chatId: string): string[] {
    return this.#database
      .all<{ tool: string }>('SELECT tool FROM chat_tool_permissions WHERE chat = ? ORDER BY tool', chatId)
      .map(({ tool }) => tool)
  }

  allow(chatId: string, tool: string): void {
    this.#database.run('INSERT OR IGNORE INTO chat_tool_permissions (chat, tool) VALUES (?, ?)', chatId, tool)
  }

  /** False when it was not allowed. */
  revoke(chatId: string, tool: string): boolean {
    return this.#database.run('DELETE FROM chat_tool_permissions WHERE chat = ? AND tool = ?', chatId, tool).changes > 0
  }
}
