import type { ChatRole, ChatSummary, JsonObject, StoredChatMessage } from './contract.ts'

export interface ChatRow {
  row: number
  id: string
  title: string
  untitled: number
  folder: string | null
  model: string | null
  pinned: number
  data: string | null
  active_message: string | null
  created_at: number
  updated_at: number
  messages: number
}

export interface MessageRow {
  row: number
  id: string
  chat: string
  parent: string | null
  role: ChatRole
  text: string
  reasoning: string | null
  model: string | null
  data: string | null
  created_at: number
  updated_at: number
}

/** SQL that gives `ChatRow`s of the chats `c`; conditions are added. */
export const summaryOf =
  'SELECT c.*, (SELECT count(*) FROM chat_messages m WHERE m.chat = c.id) AS messages FROM chats c'

const object = (json: string | null): JsonObject | null => (json === null ? null : (JSON.parse(json) as JsonObject))
const iso = (milliseconds: number): string => new Date(milliseconds).toISOString()

export function toSummary(row: ChatRow): ChatSummary {
  return {
    id: row.id,
    title: row.title,
    folder: row.folder,
    model: row.model,
    pinned: row.pinned === 1,
    data: object(row.data),
    messageCount: row.messages,
    activeMessageId: row.active_message,
    createdAt: iso(row.created_at),
    updatedAt: iso(row.updated_at),
  }
}

export function toMessage(row: MessageRow): StoredChatMessage {
  return {
    id: row.id,
    chatId: row.chat,
    parentId: row.parent,
    role: row.role,
    text: row.text,
    reasoning: row.reasoning,
    model: row.model,
    data: object(row.data),
    createdAt: iso(row.created_at),
    updatedAt: iso(row.updated_at),
  }
}
