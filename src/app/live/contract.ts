import type { ChatChange } from '../../chats/index.ts'
import type { LoadedModel } from '../../engine/index.ts'
import type { RunRecord } from '../../runs/index.ts'
import type { ToldMessage } from './slimMessage.ts'

export type { ToldMessage } from './slimMessage.ts'

/** Text that an answer grew by. */
export interface AnswerDelta {
  readonly chatId: string
  readonly messageId: string
  readonly channel: 'text' | 'reasoning'
  /**
   * UTF-16 units of the channel that stood before. So applying it twice changes nothing, and who sees a gap knows to ask
   * for the message.
   */
  readonly offset: number
  readonly text: string
}

/** Something that has changed in this home, for pages that show it. Names and data are what goes over the wire. */
export type LiveEvent =
  | { readonly name: 'answer'; readonly data: AnswerDelta }
  /** The whole message, with all that was told of it before: when an answer begins, changes its state, or ends. */
  | { readonly name: 'message'; readonly data: ToldMessage }
  | { readonly name: 'chats'; readonly data: ChatChange }
  | { readonly name: 'run'; readonly data: { readonly run: RunRecord } }
  | { readonly name: 'loaded'; readonly data: { readonly models: readonly LoadedModel[] } }
  /** The model store, and the settings: ask anew. */
  | { readonly name: 'models' | 'settings'; readonly data: Readonly<Record<string, never>> }

/** What is found out only while somebody listens. */
export interface LiveSource {
  /** Begins. What changes from the moment on in which the promise resolves will be told. */
  start(): Promise<void>
  stop(): void
}

/**
 * What changes, as it changes. Nothing is kept for those who were not there: who comes, or comes back, asks for what it
 * shows, and then listens.
 */
export interface Live {
  /** Tells this run of the process from every other. */
  readonly boot: string
  /** Whether anybody listens; if not, nobody needs to find out anything. */
  readonly isHeard: boolean
  publish(event: LiveEvent): void
  /**
   * Everything published from now on, until `signal` is aborted. Ends by itself for a listener that is too slow, which
   * then has to come anew.
   */
  subscribe(signal: AbortSignal): LiveSubscription
  close(): void
}

export interface LiveSubscription {
  /** Resolved when changes of every kind are being watched. */
  readonly ready: Promise<void>
  readonly events: AsyncIterable<LiveEvent>
}
