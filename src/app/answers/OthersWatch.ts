import type { AnswerLeases, Chats, JsonObject, StoredChatMessage } from '../../chats/index.ts'
import { SanjhaError } from '../../core/index.ts'
import type { Live } from '../live/contract.ts'
import { withoutRunning } from './ToolCalls.ts'

/** Looks after answers that other processes of the home write, or wrote until they died. */
export class OthersWatch {
  readonly #chats: Chats
  readonly #leases: AnswerLeases
  readonly #live: Live
  /** What they were when they were last told of. */
  #known = new Map<string, string>()

  constructor(chats: Chats, leases: AnswerLeases, live: Live) {
    this.#chats = chats
    this.#leases = leases
    this.#live = live
  }

  look(): void {
    const open = this.#leases.ofOthers()
    const now = new Map<string, string>()
    for (const { messageId, isAbandoned } of open) {
      if (isAbandoned) this.#interrupt(messageId)
      else now.set(messageId, this.#tell(messageId))
    }
    // Those that are not open any more have ended.
    for (const messageId of this.#known.keys()) if (!now.has(messageId)) this.#tell(messageId)
    this.#known = now
  }

  /** What its writer had written down stays. */
  #interrupt(messageId: string): void {
    const message = this.#find(messageId)
    if (message !== undefined) {
      const { state } = message.data ?? {}
      const isWritten = state !== 'waiting' && state !== 'streaming'
      // Of one that was written, the tools it had asked for were being called.
      const data: JsonObject = isWritten ? withoutRunning(message.data) : { ...message.data, state: 'interrupted' }
      const interrupted = this.#chats.updateMessage(messageId, { text: message.text, data })
      this.#live.publish({ name: 'message', data: { message: interrupted } })
    }
    this.#leases.release(messageId)
    this.#known.delete(messageId)
  }

  #tell(messageId: string): string {
    const before = this.#known.get(messageId)
    if (!this.#live.isHeard) return before ?? ''
    const message = this.#find(messageId)
    if (message === undefined) return ''
    if (message.updatedAt !== before) this.#live.publish({ name: 'message', data: { message } })
    return message.updatedAt
  }

  #find(messageId: string): StoredChatMessage | undefined {
    try {
      return this.#chats.message(messageId)
    } catch (error) {
      // Deleted meanwhile.
      if (SanjhaError.is(error) && error.code === 'not_found') return undefined
      throw error
    }
  }
}
