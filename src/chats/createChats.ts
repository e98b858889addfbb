import { type Clock, type Database, SanjhaError, sortableId, systemClock } from '../core/index.ts'
import { readBranch, readBranchPage } from './branches.ts'
import { chatTitle } from './chatTitle.ts'
import type { ChatSummary, Chats, ChatTree, StoredChatMessage } from './contract.ts'
import { importChats } from './importChats.ts'
import { type ChatRow, type MessageRow, summaryOf, toMessage, toSummary } from './rows.ts'
import { searchChats } from './searchChats.ts'
import { indexedText } from './searchText.ts'

const untitled = 'New chat'

/** The chats of one home. @param options.database opened with `chatsMigrations` */
export function createChats(options: { readonly database: Database; readonly clock?: Clock }): Chats {
  const { database, clock = systemClock } = options
  const json = (value: object | null | undefined): string | null => (value == null ? null : JSON.stringify(value))

  const chatRow = (id: string): ChatRow => {
    const row = database.get<ChatRow>(`${summaryOf} WHERE c.id = ?`, id)
    if (row === undefined) throw new SanjhaError('not_found', `There is no chat ${id}.`)
    return row
  }
  const messageRow = (id: string, chatId?: string): MessageRow => {
    const row = database.get<MessageRow>('SELECT * FROM chat_messages WHERE id = ?', id)
    if (row === undefined || (chatId !== undefined && row.chat !== chatId)) {
      throw new SanjhaError(
        'not_found',
        `There is no message ${id}${chatId === undefined ? '' : ` in chat ${chatId}`}.`,
      )
    }
    return row
  }
  const indexMessage = (row: number, text: string): void => {
    database.run('INSERT OR REPLACE INTO chat_search (rowid, text) VALUES (?, ?)', row, indexedText(text))
  }
  const setTitle = (chat: Pick<ChatRow, 'row'>, title: string, given: boolean): void => {
    database.run('UPDATE chats SET title = ?, untitled = ? WHERE row = ?', title, given ? 0 : 1, chat.row)
    const indexed = title === untitled && !given ? '' : indexedText(title)
    database.run('INSERT OR REPLACE INTO chat_title_search (rowid, text) VALUES (?, ?)', chat.row, indexed)
  }
  const touch = (chatId: string): void => {
    database.run('UPDATE chats SET updated_at = ? WHERE id = ?', clock.now(), chatId)
  }
  /** The newest end of the branch below a message; of the whole chat for null. */
  const newestEnd = (chatId: string, from: string | null): string | null => {
    let current = from
    for (;;) {
      const child = database.get<{ id: string }>(
        'SELECT id FROM chat_messages WHERE chat = ? AND parent IS ? ORDER BY row DESC LIMIT 1',
        chatId,
        current,
      )
      if (child === undefined) return current
      current = child.id
    }
  }
  const activate = (chatId: string, messageId: string | null): void => {
    database.run('UPDATE chats SET active_message = ? WHERE id = ?', messageId, chatId)
  }
  const tree = (id: string): ChatTree => ({
    ...toSummary(chatRow(id)),
    messages: database.all<MessageRow>('SELECT * FROM chat_messages WHERE chat = ? ORDER BY row', id).map(toMessage),
  })

  return {
    create(chat = {}) {
      return database.transaction((): ChatSummary => {
        const now = clock.now()
        const id = sortableId('chat', now)
        const { lastInsertRowid: row } = database.run(
          `INSERT INTO chats (id, title, untitled, folder, model, data, created_at, updated_at) VALUES (?, '', 1, ?, ?, ?, ?, ?)`,
          id,
          chat.folder ?? null,
          chat.model ?? null,
          json(chat.data),
          now,
          now,
        )
        setTitle({ row }, chat.title?.trim() || untitled, Boolean(chat.title?.trim()))
        return toSummary(chatRow(id))
      })
    },

    list({ folder, limit = 50, after } = {}) {
      const [pinned, updated, id] = after === undefined ? [null, null, null] : readCursor(after)
      const rows = database.all<ChatRow>(
        `${summaryOf} WHERE (?1 = 0 OR c.folder IS ?2)
           AND (?3 IS NULL OR (c.pinned, c.updated_at, c.id) < (?3, ?4, ?5))
         ORDER BY c.pinned DESC, c.updated_at DESC, c.id DESC LIMIT ?6`,
        folder === undefined ? 0 : 1,
        folder ?? null,
        pinned,
        updated,
        id,
        limit + 1,
      )
      const page = rows.slice(0, limit)
      const last = page.at(-1)
      return {
        chats: page.map(toSummary),
        next: rows.length > limit && last !== undefined ? writeCursor([last.pinned, last.updated_at, last.id]) : null,
      }
    },

    summary: (id) => toSummary(chatRow(id)),

    get: (id) => database.transaction(() => tree(id)),

    path(id, leaf) {
      const chat = chatRow(id)
      const from = leaf === undefined ? chat.active_message : messageRow(leaf, id).id
      return from === null ? [] : readBranch(database, from, null).map(toMessage)
    },

    pathPage: (id, { leaf, limit, before } = {}) =>
      database.transaction(() => {
        const chat = chatRow(id)
        const end = leaf === undefined ? chat.active_message : messageRow(leaf, id).id
        const from = before === undefined ? end : messageRow(before, id).parent
        return readBranchPage(database, id, from, limit)
      }),

    message: (messageId) => toMessage(messageRow(messageId)),

    append(chatId, message, { parentId } = {}) {
      return database.transaction((): StoredChatMessage => {
        const chat = chatRow(chatId)
        const parent = parentId === undefined ? chat.active_message : parentId
        if (parent !== null) messageRow(parent, chatId)
        const now = clock.now()
        const id = sortableId('msg', now)
        const { lastInsertRowid: row } = database.run(
          `INSERT INTO chat_messages (id, chat, parent, role, text, reasoning, model, data, created_at, updated_at)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
          id,
          chatId,
          parent,
          message.role,
          message.text,
          message.reasoning ?? null,
          message.model ?? null,
          json(message.data),
          now,
          now,
        )
        indexMessage(row, message.text)
        activate(chatId, id)
        touch(chatId)
        if (chat.untitled === 1 && chat.title === untitled && message.role === 'user' && message.text.trim() !== '') {
          setTitle(chat, chatTitle(message.text), false)
        }
        return toMessage(messageRow(id))
      })
    },

    updateMessage(messageId, patch) {
      return database.transaction(() => {
        const old = messageRow(messageId)
        const text = patch.text ?? old.text
        database.run(
          'UPDATE chat_messages SET text = ?, reasoning = ?, model = ?, data = ?, updated_at = ? WHERE id = ?',
          text,
          patch.reasoning ?? old.reasoning,
          patch.model ?? old.model,
          patch.data === undefined ? old.data : json(patch.data),
          clock.now(),
          messageId,
        )
        // Also the same text: what `saveProgress` wrote is not found yet.
        if (patch.text !== undefined) indexMessage(old.row, text)
        touch(old.chat)
        return toMessage(messageRow(messageId))
      })
    },

    saveProgress(messageId, { text, reasoning }) {
      const { changes } = database.run(
        'UPDATE chat_messages SET text = ?, reasoning = ?, updated_at = ? WHERE id = ?',
        text,
        reasoning,
        clock.now(),
        messageId,
      )
      if (changes === 0) messageRow(messageId)
    },

    deleteMessage(messageId) {
      return database.transaction(() => {
        const { chat, parent } = messageRow(messageId)
        const doomed = database.all<{ id: string; row: number }>(
          `WITH RECURSIVE down (id, row) AS (
             SELECT id, row FROM chat_messages WHERE id = ? UNION ALL
             SELECT m.id, m.row FROM down JOIN chat_messages m ON m.parent = down.id
           ) SELECT id, row FROM down`,
          messageId,
        )
        for (const { id, row } of doomed) {
          database.run('DELETE FROM chat_search WHERE rowid = ?', row)
          database.run('DELETE FROM chat_messages WHERE id = ?', id)
        }
        const active = chatRow(chat).active_message
        if (doomed.some((d) => d.id === active)) activate(chat, newestEnd(chat, parent))
        touch(chat)
        return { deleted: doomed.length }
      })
    },

    select(chatId, messageId) {
      return database.transaction(() => {
        messageRow(messageId, chatId)
        activate(chatId, newestEnd(chatId, messageId))
        return toSummary(chatRow(chatId))
      })
    },

    update(id, patch) {
      return database.transaction(() => {
        const old = chatRow(id)
        database.run(
          'UPDATE chats SET folder = ?, model = ?, pinned = ?, data = ? WHERE id = ?',
          patch.folder === undefined ? old.folder : patch.folder,
          patch.model === undefined ? old.model : patch.model,
          patch.pinned === undefined ? old.pinned : Number(patch.pinned),
          patch.data === undefined ? old.data : json(patch.data),
          id,
        )
        if (patch.title !== undefined) setTitle(old, patch.title.trim() || untitled, patch.title.trim() !== '')
        return toSummary(chatRow(id))
      })
    },

    delete(id) {
      database.transaction(() => {
        const { row } = chatRow(id)
        database.run('DELETE FROM chat_search WHERE rowid IN (SELECT row FROM chat_messages WHERE chat = ?)', id)
        database.run('DELETE FROM chat_messages WHERE chat = ?', id)
        database.run('DELETE FROM chat_title_search WHERE rowid = ?', row)
        database.run('DELETE FROM chats WHERE id = ?', id)
      })
    },

    search: (query, more) => searchChats(database, query, more),

    folders: () =>
      database
        .all<{ name: string; chats: number }>(
          'SELECT folder AS name, count(*) AS chats FROM chats WHERE folder IS NOT NULL GROUP BY folder ORDER BY folder',
        )
        .map((f) => ({ ...f })),

    export(ids) {
      return database.transaction(() => ({
        format: 'sanjha.chats',
        version: 1,
        exportedAt: new Date(clock.now()).toISOString(),
        chats: (ids ?? database.all<{ id: string }>('SELECT id FROM chats ORDER BY id').map((c) => c.id)).map(tree),
      }))
    },

    import: (data) =>
      importChats(database, data, {
        message: indexMessage,
        title: (row, title) => setTitle({ row }, title, true),
      }),
  }
}

type Cursor = [pinned: number, updatedAt: number, id: string]

const writeCursor = (cursor: Cursor): string => Buffer.from(JSON.stringify(cursor)).toString('base64url')

function readCursor(text: string): Cursor {
  try {
    const [pinned, updated, id] = JSON.parse(Buffer.from(text, 'base64url').toString()) as unknown[]
    if (typeof pinned === 'number' && typeof updated === 'number' && typeof id === 'string')
      return [pinned, updated, id]
  } catch {
    // Falls through to the same error.
  }
  throw new SanjhaError('invalid_request', 'This is no place in a list of chats: hand in `next` as it was given.', {
    param: 'after',
  })
}
