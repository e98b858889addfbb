import type { ErrorFacts } from './LabError.ts'
import type { Run } from './Run.ts'

/** Text that an answer grew by. `offset`: UTF-16 units of the channel that stood before. */
export interface AnswerDelta {
  readonly chatId: string
  readonly messageId: string
  readonly channel: 'text' | 'reasoning'
  readonly offset: number
  readonly text: string
}

/**
 * What the server tells of, by the name of the event. Those that come without their whole news (`message`, `loaded`: of the
 * pages that show them) are typed where they are used.
 */
export interface LiveTopics {
  /** The connection stands, for the first time or anew: what is shown may be old. */
  readonly hello: { readonly boot: string; readonly version: string }
  readonly answer: AnswerDelta
  readonly message: { readonly message: { readonly id: string; readonly chatId: string } & Record<string, unknown> }
  readonly chats: { readonly chatId: string | null; readonly change: 'created' | 'changed' | 'deleted' }
  readonly run: { readonly run: Run }
  readonly models: Record<string, never>
  readonly loaded: { readonly models: readonly ({ readonly model: string } & Record<string, unknown>)[] }
  readonly settings: Record<string, never>
  readonly error: { readonly error: ErrorFacts }
}

export type LiveTopic = keyof LiveTopics
