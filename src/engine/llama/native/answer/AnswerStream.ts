import type { Part, TokenLogprob } from '../../../contract.ts'
import type { OutputParser, Piece, TextAssembler } from '../../../text/index.ts'

/** Turns tokens into parts: bytes into text, text into pieces, and log-probabilities to the text they belong to. */
export class AnswerStream {
  readonly #assembler: TextAssembler
  readonly #parser: OutputParser | undefined
  readonly #emit: (part: Part) => void
  #logprobs: TokenLogprob[] = []
  #kind: 'text' | 'reasoning' | 'tool-call' = 'text'
  reasoningTokens = 0
  hasToolCalls = false
  stopped: string | undefined

  constructor(assembler: TextAssembler, parser: OutputParser | undefined, emit: (part: Part) => void) {
    this.#assembler = assembler
    this.#parser = parser
    this.#emit = emit
  }

  /** True when a stop text was reached. */
  push(bytes: Uint8Array, logprob: TokenLogprob | undefined): boolean {
    if (logprob !== undefined) this.#logprobs.push(logprob)
    const { text, stopped } = this.#assembler.push(bytes)
    this.#pieces(text)
    if (this.#kind === 'reasoning') this.reasoningTokens++
    this.stopped = stopped
    return stopped !== undefined
  }

  end(): void {
    if (this.stopped === undefined) {
      const { text, stopped } = this.#assembler.flush()
      this.#pieces(text)
      this.stopped = stopped
    }
    for (const piece of this.#parser?.end() ?? []) this.#piece(piece)
    // Tokens without text of their own, such as the first half of a character that never came. A stop text's tokens are no part of the answer.
    if (this.#logprobs.length > 0 && this.stopped === undefined) {
      this.#emit({ type: 'text', text: '', logprobs: this.#logprobs })
    }
  }

  #pieces(text: string): void {
    if (text === '') return
    if (this.#parser === undefined) this.#piece({ type: 'text', text })
    else for (const piece of this.#parser.push(text)) this.#piece(piece)
  }

  #piece(piece: Piece): void {
    this.#kind = piece.type
    if (piece.type === 'tool-call') {
      this.hasToolCalls = true
      this.#logprobs = []
      this.#emit(piece)
      return
    }
    const logprobs = this.#logprobs
    this.#logprobs = []
    this.#emit(logprobs.length > 0 ? { ...piece, logprobs } : piece)
  }
}
