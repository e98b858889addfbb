import type { JsonObject, StoredChatMessage } from '../../chats/index.ts'
import type { SanjhaErrorData } from '../../core/index.ts'
import type { FinishReason, GenerateInput, GenerateRequest } from '../../engine/index.ts'
import type { Call } from '../../gateway/index.ts'

/** `waiting` until the model's first word. The last four are ends. */
export type AnswerState = 'waiting' | 'streaming' | 'done' | 'stopped' | 'interrupted' | 'failed'

/** What an answer's message keeps in `data`. */
export interface AnswerData {
  readonly state: AnswerState
  /** Why it failed. */
  readonly error?: Omit<SanjhaErrorData, 'cause'>
  readonly finishReason?: FinishReason
  readonly usage?: AnswerUsage
  readonly timings?: AnswerTimings
  /** As they were asked for. */
  readonly settings?: JsonObject
  readonly system?: string
  /** Ids of the messages that the model did not get, because they did not fit. */
  readonly leftOut?: readonly string[]
  /** Tool servers whose tools the model was told of. */
  readonly tools?: readonly string[]
  /** Names of the tools that it was told of; no others are called. */
  readonly offered?: readonly string[]
  readonly overflow?: Overflow
  readonly toolCalls?: readonly AnswerToolCall[]
}

export interface AnswerUsage {
  readonly promptTokens: number
  readonly cachedTokens: number
  readonly completionTokens: number
  readonly reasoningTokens: number
}

/** Null: this engine does not tell. */
export interface AnswerTimings {
  /** How long the model was loaded for this answer; 0 when it was there. */
  readonly loadMs: number
  /** From the question to the first word, with everything that had to be waited for. */
  readonly firstTokenMs: number | null
  readonly totalMs: number
  readonly tokensPerSecond: number | null
  readonly promptTokensPerSecond: number | null
}

export interface AnswerToolCall {
  readonly id: string
  readonly name: string
  /** JSON text, as the model wrote it. */
  readonly arguments: string
  /** `requested` until a person has decided; `refused` by them. */
  readonly state: 'requested' | 'running' | 'done' | 'failed' | 'refused'
  readonly result?: string
}

type ChatInput = Extract<GenerateInput, { type: 'chat' }>

/** Whether what is too long is refused, or its oldest turns are left out. */
export type Overflow = 'error' | 'leave_out'

/** What an answer is made by, apart from what was said. */
export interface AnswerSettings {
  readonly generate: Omit<GenerateRequest, 'input'>
  readonly chat: Omit<ChatInput, 'type' | 'messages' | 'continueLast'>
}

export interface NewAnswer {
  /** Empty: the default model. */
  readonly model: string
  /**
   * What the question is added to, or, without `message`, what is answered. Absent: the end of the branch that is shown.
   * Null: the question begins the chat anew.
   */
  readonly parentId?: string | null
  /** The question. */
  readonly message?: { readonly text: string; readonly data?: JsonObject }
  /** Absent: the first system message of the branch, else `system` of the chat's data. */
  readonly system?: string
  readonly settings?: AnswerSettings
  /** The settings as they came, to be kept with the answer. */
  readonly rawSettings?: JsonObject
  readonly overflow?: Overflow
  /** Tool servers whose tools the model may ask for. A call is made when a person allows it, or has for this chat. */
  readonly tools?: readonly string[]
  readonly caller: Call['caller']
  /** What the caller's wire calls fields that may have to be refused. */
  readonly paramNames?: Call['paramNames']
  /** For the log. */
  readonly requestId: string
  /** Ends the answer as `interrupted`. */
  readonly signal: AbortSignal
}

export interface StartedAnswer {
  readonly question: StoredChatMessage | null
  readonly answer: StoredChatMessage
  /** Resolved when it has ended, however, and is written down, with what follows without a person. Never rejects. */
  readonly ended: Promise<void>
}

/** How an answer goes on after its tools: what cannot be read from the chat. */
export type NextAnswer = Pick<NewAnswer, 'settings' | 'caller' | 'paramNames' | 'requestId' | 'signal'>

/** A call as the person saw it who decided: what is made is what was shown. */
export interface ShownCall {
  readonly id: string
  readonly name: string
  /** JSON text, as the model wrote it. */
  readonly arguments: string
}

export type Decision = 'allow' | 'allow-for-chat' | 'refuse'

export interface DecidedCall {
  readonly message: StoredChatMessage
  /** As `StartedAnswer.ended`. */
  readonly ended: Promise<void>
}

export interface ContextRequest {
  readonly model: string
  /** Absent: the end of the branch that is shown. */
  readonly leafId?: string
  readonly system?: string
  readonly settings?: AnswerSettings
  /** What is being written as the next message. */
  readonly draft?: { readonly text: string; readonly data?: JsonObject }
  readonly signal: AbortSignal
}

export interface ContextMeasure {
  /** Of everything that would be sent, before anything is left out. */
  readonly tokens: number
  /** The model's context; null when it does not tell. */
  readonly limit: number | null
  /** Kept free for the answer. */
  readonly reserved: number
  /** Ids of the messages that `leave_out` would leave out. */
  readonly leftOut: readonly string[]
  /** Whether the model itself counted. A model that is not loaded is not loaded for this: then it is an estimate. */
  readonly measured: boolean
}

/** Answers in chats, written by the server itself: they go on when nobody looks, and whoever comes finds what was said. */
export interface Answers {
  /**
   * Adds the question and an answer that grows from now on. What goes wrong later is kept in the answer, not thrown.
   * Errors: `not_found`, `invalid_request`, `conflict`, `overloaded`, `shutting_down`.
   */
  start(chatId: string, answer: NewAnswer): StartedAnswer
  /** Ends it within a token, whichever process writes it. False when it had ended. Errors: `not_found`. */
  stop(messageId: string): boolean
  /**
   * Makes a tool call that an answer asked for, or refuses it. When all calls of the answer have ended, the model goes on in
   * a new answer below. Errors: `not_found`, `conflict` when it was decided before or is not what was shown, `forbidden` for a
   * tool that was not offered.
   */
  decide(messageId: string, call: ShownCall, decision: Decision, next: NextAnswer): DecidedCall
  /** Tools that are called in a chat without a question. */
  allowedTools(chatId: string): readonly string[]
  /** From now on there is a question again. False when there was. */
  revokeTool(chatId: string, tool: string): boolean
  /** Writes down what this process has of its answers, so that what is read now is whole. */
  flush(): void
  /** How much of the model's context the branch takes. Errors: `not_found`, `invalid_request`. */
  measure(chatId: string, request: ContextRequest): Promise<ContextMeasure>
  /** Marks what dead processes left unfinished as interrupted; tells listeners what living ones write. */
  look(): void
  /** Interrupts what goes on. */
  close(): Promise<void>
}
