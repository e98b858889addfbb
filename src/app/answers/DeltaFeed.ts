import type { Live } from '../live/contract.ts'

/** At most one event in so many milliseconds: nobody reads faster than that. */
const pauseMs = 50

/** What an answer has so far. */
export interface AnswerText {
  readonly text: string
  readonly reasoning: string
}

/** Tells listeners what an answer grew by, twenty times a second at most. */
export class DeltaFeed {
  readonly #live: Pick<Live, 'isHeard' | 'publish'>
  readonly #ids: { readonly chatId: string; readonly messageId: string }
  readonly #now: () => AnswerText
  readonly #told = { text: 0, reasoning: 0 }
  #last = Number.NEGATIVE_INFINITY
  #timer: NodeJS.Timeout | undefined

  constructor(
    live: Pick<Live, 'isHeard' | 'publish'>,
    ids: { readonly chatId: string; readonly messageId: string },
    now: () => AnswerText,
  ) {
    this.#live = live
    this.#ids = ids
    this.#now = now
  }

  /** It has grown. */
  grown(): void {
    if (this.#timer !== undefined) return
    const wait = pauseMs - (performance.now() - this.#last)
    if (wait <= 0) this.#tell()
    else this.#timer = setTimeout(() => this.#tell(), wait).unref()
  }

  stop(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
  }

  #tell(): void {
    this.#timer = undefined
    this.#last = performance.now()
    const now = this.#now()
    if (!this.#live.isHeard) {
      // Who begins to listen asks for the message first, and finds all this in it.
      this.#told.text = now.text.length
      this.#told.reasoning = now.reasoning.length
      return
    }
    const channel = now.reasoning.length > this.#told.reasoning ? 'reasoning' : 'text'
    const offset = this.#told[channel]
    const text = now[channel].slice(offset)
    if (text === '') return
    this.#told[channel] += text.length
    this.#live.publish({ name: 'answer', data: { ...this.#ids, channel, offset, text } })
    if (now.text.length > this.#told.text) this.grown()
  }
}
