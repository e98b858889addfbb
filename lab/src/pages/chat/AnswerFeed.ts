import { PaintClock } from './PaintClock.ts'
import type { AnswerDelta, Channel, ChatMessage } from './wire.ts'

type Texts = Record<Channel, string>

/**
 * What the answers that are being written have so far. It lies outside of React, so that a word costs the drawing of the block it
 * stands in and nothing else.
 */
export class AnswerFeed {
  readonly #clock: PaintClock
  /** Asks the server for a message of which something was missed. */
  readonly #fetch: (messageId: string) => Promise<ChatMessage>
  readonly #texts = new Map<string, Texts>()
  readonly #listeners = new Map<string, Set<() => void>>()
  readonly #fetching = new Set<string>()

  constructor(fetch: (messageId: string) => Promise<ChatMessage>, clock: PaintClock = new PaintClock()) {
    this.#fetch = fetch
    this.#clock = clock
  }

  get(messageId: string, channel: Channel): string {
    return this.#texts.get(messageId)?.[channel] ?? ''
  }

  /** The whole message, as the server has it. */
  set(message: ChatMessage): void {
    this.#texts.set(message.id, { text: message.text, reasoning: message.reasoning ?? '' })
    this.#tell(message.id)
  }

  /** Nobody will ask for it any more. */
  forget(messageId: string): void {
    this.#texts.delete(messageId)
  }

  /** Text that was added. Telling it twice changes nothing; where some was missed, the message is fetched. */
  add({ messageId, channel, offset, text }: AnswerDelta): void {
    const known = this.#texts.get(messageId)
    if (known === undefined) return
    const length = known[channel].length
    if (offset > length) {
      void this.#catchUp(messageId)
    } else if (offset + text.length > length) {
      known[channel] += text.slice(length - offset)
      this.#tell(messageId)
    }
  }

  /** Calls `draw` when the message has grown, at most 20 times a second. Returns how to end that. */
  listen(messageId: string, draw: () => void): () => void {
    const listeners = this.#listeners.get(messageId) ?? new Set()
    this.#listeners.set(messageId, listeners.add(draw))
    return () => {
      listeners.delete(draw)
      this.#clock.cancel(draw)
      if (listeners.size === 0) this.#listeners.delete(messageId)
    }
  }

  #tell(messageId: string): void {
    for (const draw of this.#listeners.get(messageId) ?? []) this.#clock.schedule(draw)
  }

  async #catchUp(messageId: string): Promise<void> {
    if (this.#fetching.has(messageId)) return
    this.#fetching.add(messageId)
    try {
      const message = await this.#fetch(messageId)
      const known = this.#texts.get(messageId)
      // What came meanwhile may be more than what was fetched.
      if (known !== undefined && message.text.length >= known.text.length) this.set(message)
    } catch {
      // The next words try again; a connection that is gone brings everything anew when it is back.
    } finally {
      this.#fetching.delete(messageId)
    }
  }
}
