/** What the server says about chats, as far as this page reads it. */

export interface ChatMessage {
  readonly id: string
  readonly chatId: string
  readonly parentId: string | null
  readonly role: 'system' | 'user' | 'assistant' | 'tool'
  readonly text: string
  readonly reasoning: string | null
  readonly model: string | null
  readonly data: MessageData | null
  readonly createdAt: string
}

export type AnswerState = 'waiting' | 'streaming' | 'done' | 'stopped' | 'interrupted' | 'failed'

export interface MessageData {
  readonly state?: AnswerState
  readonly error?: { readonly code: string; readonly message: string; readonly hint?: string }
  readonly finishReason?: string
  readonly usage?: {
    readonly promptTokens: number
    readonly cachedTokens: number
    readonly completionTokens: number
    readonly reasoningTokens?: number
  }
  readonly timings?: {
    readonly loadMs: number
    readonly firstTokenMs: number | null
    readonly totalMs: number
    readonly tokensPerSecond: number | null
  }
  readonly settings?: Readonly<Record<string, unknown>>
  readonly leftOut?: readonly string[]
  readonly toolCalls?: readonly ToolCall[]
  readonly offered?: readonly string[]
  readonly attachments?: readonly Attachment[]
  /** Keys that this page could not read: see `readMessage`. */
  readonly unreadable?: readonly string[]
}

export interface ToolCall {
  readonly id: string
  readonly name: string
  readonly arguments: string
  readonly state: string
  readonly result?: string
}

/** A file that goes along with a question. */
export type Attachment =
  | { readonly type: 'text'; readonly name: string; readonly text: string }
  | { readonly type: 'image'; readonly name: string; readonly url: string }

export interface ChatSummary {
  readonly id: string
  readonly title: string
  readonly model: string | null
  readonly data: Readonly<Record<string, unknown>> | null
  readonly activeMessageId: string | null
}

export interface PathPage {
  readonly messages: readonly ChatMessage[]
  readonly siblings: Readonly<Record<string, readonly string[]>>
  readonly before: string | null
}

export interface AnswerDelta {
  readonly chatId: string
  readonly messageId: string
  readonly channel: Channel
  readonly offset: number
  readonly text: string
}

export type Channel = 'text' | 'reasoning'

export interface ContextMeasure {
  readonly tokens: number
  readonly limit: number | null
  readonly reserved: number
  readonly leftOut: readonly string[]
  readonly measured: boolean
}

/** Whether an answer is still being written. */
export function isLive(message: ChatMessage): boolean {
  const state = message.data?.state
  return state === 'waiting' || state === 'streaming'
}
