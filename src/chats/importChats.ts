import { type Database, SanjhaError } from '../core/index.ts'
import type { ChatExport, ChatImport, ChatTree, StoredChatMessage } from './contract.ts'
import { ImportMender, importedChatId } from './mendImport.ts'

/** Adds the chats of an export that are not there yet; all or none. */
export function importChats(
  database: Database,
  data: unknown,
  index: { message(row: number, text: string): void; title(row: number, title: string): void },
): ChatImport {
  const chats = check(data)
  const mender = new ImportMender()
  let added = 0
  database.transaction(() => {
    for (const given of chats) {
      if (database.get('SELECT 1 FROM chats WHERE id = ?', importedChatId(given.id)) !== undefined) continue
      const chat = mender.chat(given)
      added++
      const { lastInsertRowid } = database.run(
        `INSERT INTO chats (id, title, untitled, folder, model, pinned, data, active_message, created_at, updated_at)
         VALUES (?, '', 0, ?, ?, ?, ?, ?, ?, ?)`,
        chat.id,
        chat.folder ?? null,
        chat.model ?? null,
        chat.pinned ? 1 : 0,
        chat.data == null ? null : JSON.stringify(chat.data),
        chat.activeMessageId ?? chat.messages.at(-1)?.id ?? null,
        Date.parse(chat.createdAt),
        Date.parse(chat.updatedAt),
      )
      index.title(lastInsertRowid, chat.title)
      for (const message of chat.messages) {
        if (database.get('SELECT 1 FROM chat_messages WHERE id = ?', message.id) !== undefined) {
          throw bad(`the message ${message.id} is part of another chat already`)
        }
        const { lastInsertRowid: row } = database.run(
          `INSERT INTO chat_messages (id, chat, parent, role, text, reasoning, model, data, created_at, updated_at)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
          message.id,
          chat.id,
          message.parentId ?? null,
          message.role,
          message.text,
          message.reasoning ?? null,
          message.model ?? null,
          message.data == null ? null : JSON.stringify(message.data),
          Date.parse(message.createdAt),
          Date.parse(message.updatedAt),
        )
        index.message(row, message.text)
      }
    }
  })
  return { added, skipped: chats.length - added, changes: mender.changes }
}

const bad = (why: string): SanjhaError =>
  new SanjhaError('invalid_request', `This is no export of chats: ${why}.`, {
    hint: 'Import a file that was written by exporting chats.',
  })

const roles: readonly unknown[] = ['system', 'user', 'assistant', 'tool']
const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const isText = (value: unknown): value is string => typeof value === 'string'
const isTextOrNothing = (value: unknown): boolean => value == null || isText(value)
const isDate = (value: unknown): boolean => isText(value) && !Number.isNaN(Date.parse(value))

function check(data: unknown): readonly ChatTree[] {
  if (!isObject(data) || data.format !== 'sanjha.chats') throw bad('it is not of the format "sanjha.chats"')
  if (data.version !== 1) throw bad(`it is of version ${JSON.stringify(data.version)}, and only 1 is known`)
  if (!Array.isArray(data.chats)) throw bad('it has no chats')
  for (const [i, chat] of data.chats.entries()) checkChat(chat, `chat ${i + 1}`)
  return (data as unknown as ChatExport).chats
}

function checkChat(chat: unknown, where: string): void {
  if (!isObject(chat)) throw bad(`${where} is no object`)
  const c = chat as Partial<Record<keyof ChatTree, unknown>>
  if (!isText(c.id) || c.id === '' || !isText(c.title)) throw bad(`${where} has no id or title`)
  if (!isDate(c.createdAt) || !isDate(c.updatedAt)) throw bad(`${where} has no dates`)
  if (![c.folder, c.model, c.activeMessageId].every(isTextOrNothing) || (c.data != null && !isObject(c.data))) {
    throw bad(`${where} has fields of the wrong form`)
  }
  if (!Array.isArray(c.messages)) throw bad(`${where} has no messages`)
  const known = new Set<unknown>()
  for (const message of c.messages) {
    if (!isObject(message)) throw bad(`${where} has a message that is no object`)
    const m = message as Partial<Record<keyof StoredChatMessage, unknown>>
    const right =
      isText(m.id) &&
      isText(m.text) &&
      roles.includes(m.role) &&
      isDate(m.createdAt) &&
      isDate(m.updatedAt) &&
      [m.reasoning, m.model].every(isTextOrNothing) &&
      (m.data == null || isObject(m.data))
    if (!right) throw bad(`${where} has a message of the wrong form`)
    if (known.has(m.id)) throw bad(`${where} has two messages with one id`)
    if (m.parentId != null && !known.has(m.parentId)) throw bad(`${where} has a message before its parent`)
    known.add(m.id)
  }
  if (c.activeMessageId != null && !known.has(c.activeMessageId)) throw bad(`${where} shows a message it does not have`)
}
