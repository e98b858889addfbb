/** The parts of the server's API that the history uses, as `/sanjha/v1` gives them. */
export type Role = 'system' | 'user' | 'assistant' | 'tool'
export type Data = { readonly [key: string]: unknown }

export interface ChatSummary {
  readonly id: string
  readonly title: string
  readonly folder: string | null
  readonly model: string | null
  readonly pinned: boolean
  readonly data: Data | null
  readonly messageCount: number
  readonly activeMessageId: string | null
  readonly createdAt: string
  readonly updatedAt: string
}

export interface ChatMessage {
  readonly id: string
  readonly chatId: string
  readonly parentId: string | null
  readonly role: Role
  readonly text: string
  readonly reasoning: string | null
  readonly model: string | null
  readonly data: Data | null
  readonly createdAt: string
  readonly updatedAt: string
}

export interface ChatTree extends ChatSummary {
  /** All messages of all branches, each after its parent. */
  readonly messages: readonly ChatMessage[]
}

export interface ChatPage {
  readonly chats: readonly ChatSummary[]
  readonly next: string | null
}

export interface SearchHit {
  readonly chatId: string
  readonly title: string
  /** Null when the title is what matched. */
  readonly messageId: string | null
  readonly role: Role | null
  /** What was found stands between U+2068 and U+2069. */
  readonly snippet: string
  readonly createdAt: string
}

export interface Folder {
  readonly name: string
  readonly chats: number
}

export interface ChatsFile {
  readonly format: 'sanjha.chats'
  readonly version: 1
  readonly exportedAt: string
  readonly chats: readonly ChatTree[]
}
