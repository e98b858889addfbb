import type { OutputParser, Piece } from './contract.ts'
import type { ReasoningParser } from './reasoning/ReasoningParser.ts'
import type { CallParser } from './tools/CallParser.ts'

/** A model's answer: first the reasoning is taken out, then the calls. Either may be absent. */
export class AnswerParser implements OutputParser {
  readonly #reasoning: ReasoningParser | undefined
  readonly #calls: CallParser | undefined

  constructor(reasoning: ReasoningParser | undefined, calls: CallParser | undefined) {
    this.#reasoning = reasoning
    this.#calls = calls
  }

  push(text: string): Piece[] {
    if (text === '') return []
    if (this.#reasoning === undefined) return this.#answer(text)
    return this.#reasoning.push(text).flatMap((part) => (part.type === 'text' ? this.#answer(part.text) : [part]))
  }

  end(): Piece[] {
    const rest = this.#reasoning?.end() ?? []
    const pieces = rest.flatMap((part): Piece[] => (part.type === 'text' ? this.#answer(part.text) : [part as Piece]))
    return [...pieces, ...(this.#calls?.end() ?? [])]
  }

  #answer(text: string): Piece[] {
    return this.#calls?.push(text) ?? [{ type: 'text', text }]
  }
}
