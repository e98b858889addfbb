/**
 * Chats and stored responses, kept in the database. Everything is synchronous, as the database is. Unknown ids throw
 * `not_found`. Ids are made so that their order is the order of creation.
 */

export type ChatRole = 'system' | 'user' | 'assistant' | 'tool'

/** Any JSON object. */
export type JsonObject = { readonly [key: string]: unknown }

export interface NewChatMessage {
  readonly role: ChatRole
  /** What a person reads; this is what search finds. */
  readonly text: string
  readonly reasoning?: string
  /** The model that answered. */
  readonly model?: string
  /** Anything else worth keeping: tool calls, attachments, usage, settings. */
  readonly data?: JsonObject
}

/** One message. Messages form a tree: two with the same parent are branches (an edit, a second answer). */
export interface StoredChatMessage {
  readonly id: string
  readonly chatId: string
  readonly parentId: string | null
  readonly role: ChatRole
  readonly text: string
  readonly reasoning: string | null
  readonly model: string | null
  readonly data: JsonObject | null
  /** ISO 8601, UTC. */
  readonly createdAt: string
  readonly updatedAt: string
}

export interface NewChat {
  /** Absent: made from the first message of the user. */
  readonly title?: string
  readonly folder?: string
  readonly model?: string
  /** Anything the caller wants to keep with the chat, e.g. sampling settings. */
  readonly data?: JsonObject
}

export interface ChatSummary {
  readonly id: string
  readonly title: string
  readonly folder: string | null
  readonly model: string | null
  readonly pinned: boolean
  readonly data: JsonObject | null
  readonly messageCount: number
  /** The last message of the branch that is shown; null when there is none. */
  readonly activeMessageId: string | null
  readonly createdAt: string
  readonly updatedAt: string
}

export interface ChatTree extends ChatSummary {
  /** All messages of all branches, in order of creation. */
  readonly messages: readonly StoredChatMessage[]
}

export interface ChatPage {
  /** Pinned ones first, then the last changed first. */
  readonly chats: readonly ChatSummary[]
  /** Hand it in as `after` to get the next page; null at the end. */
  readonly next: string | null
}

export interface ChatPathPage {
  /** A part of one branch, the oldest message first. */
  readonly messages: readonly StoredChatMessage[]
  /** Of each of them, the ids of all messages with the same parent, itself among them, in order of creation. */
  readonly siblings: Readonly<Record<string, readonly string[]>>
  /** Hand it in as `before` to get what stands above; null at the top. */
  readonly before: string | null
}

export interface ChatSearchHit {
  readonly chatId: string
  readonly title: string
  /** Null when the title is what matched. */
  readonly messageId: string | null
  readonly role: ChatRole | null
  /** The text around the words found, which stand between U+2068 and U+2069 (isolates). */
  readonly snippet: string
  readonly createdAt: string
}

/** A file that `import` reads again. */
export interface ChatExport {
  readonly format: 'sanjha.chats'
  readonly version: 1
  readonly exportedAt: string
  readonly chats: readonly ChatTree[]
}

/** What was not taken over as it stood in the file. */
export interface ImportChange {
  /**
   * `malformed`: a key of some `data` that is read here and was of another form; left out. `tools`: a choice of tools;
   * left out. `open_call`: a call of a tool that waited or was being made; refused. `id`: an id of another form; a new one.
   */
  readonly what: 'malformed' | 'tools' | 'open_call' | 'id'
  readonly count: number
}

export interface ChatImport {
  readonly added: number
  /** Chats that were there already. */
  readonly skipped: number
  readonly changes: readonly ImportChange[]
}

/** What happened to a chat or to its messages. */
export interface ChatChange {
  /** Null: to several, or nobody knows to which. */
  readonly chatId: string | null
  readonly change: 'created' | 'changed' | 'deleted'
}

export interface Chats {
  create(chat?: NewChat): ChatSummary
  list(filter?: { readonly folder?: string | null; readonly limit?: number; readonly after?: string }): ChatPage
  /** The chat without its messages. */
  summary(id: string): ChatSummary
  /** The chat with all its branches. */
  get(id: string): ChatTree
  /** The branch that ends in `leaf` (absent: the active one), from its first message on. */
  path(id: string, leaf?: string): readonly StoredChatMessage[]
  /** The newest `limit` messages (absent: all) of the branch that ends in `leaf` (absent: the active one), or those above `before`. */
  pathPage(
    id: string,
    options?: { readonly leaf?: string; readonly limit?: number; readonly before?: string },
  ): ChatPathPage
  message(messageId: string): StoredChatMessage
  /** Adds a message under `parentId` (absent: the end of the active branch; null: a new first message) and makes it active. */
  append(chatId: string, message: NewChatMessage, options?: { readonly parentId?: string | null }): StoredChatMessage
  /** Changes a message in place. To keep the old one, append a sibling instead. */
  updateMessage(
    messageId: string,
    patch: Partial<Pick<NewChatMessage, 'text' | 'reasoning' | 'model' | 'data'>>,
  ): StoredChatMessage
  /**
   * Writes down what an answer has so far. Search does not find it yet, and the chat does not count as changed: that is
   * what `updateMessage` does when the answer is whole.
   */
  saveProgress(messageId: string, progress: { readonly text: string; readonly reasoning: string | null }): void
  /** Removes a message and everything below it. */
  deleteMessage(messageId: string): { readonly deleted: number }
  /** Shows the branch through `messageId`, down to its newest end. */
  select(chatId: string, messageId: string): ChatSummary
  update(
    id: string,
    patch: {
      readonly title?: string
      readonly folder?: string | null
      readonly model?: string | null
      readonly pinned?: boolean
      readonly data?: JsonObject | null
    },
  ): ChatSummary
  delete(id: string): void
  /** All words must occur; the last may be a beginning. Best match first. */
  search(query: string, options?: { readonly limit?: number; readonly folder?: string }): readonly ChatSearchHit[]
  folders(): readonly { readonly name: string; readonly chats: number }[]
  /** Absent: all chats. */
  export(ids?: readonly string[]): ChatExport
  /** Adds what is not there yet; a chat whose id exists is left as it is. Errors: `invalid_request`. */
  import(data: unknown): ChatImport
}

/** An item of the Responses API (message, function call, its output, reasoning), as it went over the wire. */
export type ResponseItem = JsonObject

export interface NewStoredResponse {
  readonly id: string
  /** The request as it came, without what is in `inputItems`. */
  readonly request: JsonObject
  /** The response object as it was answered. */
  readonly response: JsonObject
  /** This turn's input only; earlier turns are found through `previousResponseId`. Each item has an `id`. */
  readonly inputItems: readonly ResponseItem[]
  readonly outputItems: readonly ResponseItem[]
  readonly previousResponseId: string | null
}

export interface StoredResponse extends NewStoredResponse {
  /** ISO 8601, UTC. */
  readonly createdAt: string
  readonly expiresAt: string
}

/** Responses that were asked to be stored, for `previous_response_id` and `GET /v1/responses/{id}`. */
export interface ResponseStore {
  /** Stores or replaces. Errors: `not_found` when `previousResponseId` is not stored. Ancestors live at least as long. */
  put(response: NewStoredResponse): StoredResponse
  /** Undefined when unknown or expired. */
  get(id: string): StoredResponse | undefined
  /** Input and output items of all turns up to and with `id`, oldest first. Errors: `not_found` (also when an earlier turn was deleted). */
  conversation(id: string): readonly ResponseItem[]
  /** The items that led to `id`'s answer: earlier turns and this turn's input. `after` is an item's id. */
  inputItems(
    id: string,
    options?: { readonly limit?: number; readonly after?: string; readonly order?: 'asc' | 'desc' },
  ): { readonly items: readonly ResponseItem[]; readonly hasMore: boolean }
  /** False when there was none. Later turns remain, but cannot be continued. */
  delete(id: string): boolean
  /** Removes what has expired; returns how many. */
  prune(): number
}
