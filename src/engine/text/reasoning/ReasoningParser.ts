import type { ReasoningTags } from './tags.ts'

export interface Split {
  readonly type: 'text' | 'reasoning'
  readonly text: string
}

type State = 'start' | 'inside' | 'before-answer' | 'answer'

/** Length of the longest end of `text` with which one of the words begins. */
function partialEnd(text: string, words: readonly string[]): number {
  for (let length = text.length; length > 0; length--) {
    const tail = text.slice(-length)
    if (words.some((word) => word.length > length && word.startsWith(tail))) return length
  }
  return 0
}

/**
 * Separates what a model thinks from what it answers. Reasoning stands only at the beginning of an answer. White space
 * around it is dropped.
 */
export class ReasoningParser {
  readonly #tags: ReasoningTags
  readonly #endings: readonly string[]
  #state: State
  #held = ''
  #isEmpty = true
  #parts: Split[] = []

  /**
   * @param inside the prompt opened the reasoning already.
   * @param interrupts texts that end the reasoning too and belong to the answer: models forget to close it before a tool call.
   */
  constructor(tags: ReasoningTags, options: { readonly inside: boolean; readonly interrupts: readonly string[] }) {
    this.#tags = tags
    this.#state = options.inside ? 'inside' : 'start'
    this.#endings = [tags.close, ...options.interrupts]
  }

  push(text: string): Split[] {
    this.#held += text
    let before: string
    do {
      before = `${this.#state}${this.#held}`
      this.#step()
    } while (before !== `${this.#state}${this.#held}`)
    return this.#take()
  }

  end(): Split[] {
    if (this.#state === 'inside') this.#emit('reasoning', this.#held.trimEnd())
    else if (this.#state === 'before-answer') this.#emit('text', this.#held.trimStart())
    else this.#emit('text', this.#held)
    this.#held = ''
    return this.#take()
  }

  #step(): void {
    if (this.#held === '') return
    if (this.#state === 'start') this.#atStart()
    else if (this.#state === 'inside') this.#inside()
    else if (this.#state === 'before-answer') this.#beforeAnswer()
    else this.#answer()
  }

  #atStart(): void {
    const text = this.#held.trimStart()
    if (text === '') return
    const opens = this.#tags.answerOpen ?? []
    if (text.startsWith(this.#tags.open)) {
      this.#held = text.slice(this.#tags.open.length)
      this.#state = 'inside'
    } else if (opens.some((open) => text.startsWith(open))) this.#state = 'before-answer'
    else if (![this.#tags.open, ...opens].some((word) => word.startsWith(text))) this.#state = 'answer'
  }

  #inside(): void {
    if (this.#isEmpty) {
      this.#held = this.#held.trimStart()
      // The prompt opened it, and the model opens it once more.
      if (this.#held.startsWith(this.#tags.open)) this.#held = this.#held.slice(this.#tags.open.length)
      else if (this.#tags.open.startsWith(this.#held)) return
    }
    let first = -1
    let found = ''
    for (const ending of this.#endings) {
      const at = this.#held.indexOf(ending)
      if (at >= 0 && (first < 0 || at < first)) {
        first = at
        found = ending
      }
    }
    if (first >= 0) {
      this.#emit('reasoning', this.#held.slice(0, first).trimEnd())
      this.#held = this.#held.slice(first + (found === this.#tags.close ? found.length : 0))
      this.#state = 'before-answer'
      return
    }
    const keep = partialEnd(this.#held, this.#endings)
    const out = this.#held.slice(0, this.#held.length - keep).trimEnd()
    if (out === '') return
    this.#emit('reasoning', out)
    this.#held = this.#held.slice(out.length)
  }

  #beforeAnswer(): void {
    const text = this.#held.trimStart()
    this.#held = text
    if (text === '') return
    const opens = this.#tags.answerOpen ?? []
    const open = opens.find((word) => text.startsWith(word))
    if (open !== undefined) {
      this.#held = text.slice(open.length)
      this.#state = 'answer'
    } else if (!opens.some((word) => word.startsWith(text))) this.#state = 'answer'
  }

  #answer(): void {
    const close = this.#tags.answerClose
    const at = close === undefined ? -1 : this.#held.indexOf(close)
    if (close !== undefined && at >= 0) {
      this.#emit('text', this.#held.slice(0, at))
      this.#held = this.#held.slice(at + close.length)
      return
    }
    const keep = close === undefined ? 0 : partialEnd(this.#held, [close])
    this.#emit('text', this.#held.slice(0, this.#held.length - keep))
    this.#held = this.#held.slice(this.#held.length - keep)
  }

  #emit(type: Split['type'], text: string): void {
    if (text === '') return
    if (type === 'reasoning') this.#isEmpty = false
    const last = this.#parts.at(-1)
    if (last?.type === type) this.#parts[this.#parts.length - 1] = { type, text: last.text + text }
    else this.#parts.push({ type, text })
  }

  #take(): Split[] {
    const parts = this.#parts
    this.#parts = []
    return parts
  }
}
