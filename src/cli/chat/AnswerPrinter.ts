import type { Part } from '../../engine/index.ts'
import type { Output } from '../terminal/Output.ts'

/** Writes an answer as it comes. Reasoning is dimmed on a terminal and goes nowhere else, so that a pipe gets the answer only. */
export class AnswerPrinter {
  readonly #out: Output
  #reasoning = false
  #column = 0

  constructor(out: Output) {
    this.#out = out
  }

  readonly print = (part: Part): void => {
    switch (part.type) {
      case 'reasoning':
        if (!this.#out.isTerminal) return
        if (!this.#reasoning) this.#out.style('2')
        this.#reasoning = true
        this.#write(part.text)
        break
      case 'text':
        this.#endReasoning()
        this.#write(part.text)
        break
      case 'tool-call':
        this.#endReasoning()
        if (part.name !== '') this.#write(`${this.#column > 0 ? '\n' : ''}[${part.name}] `)
        this.#write(part.argumentsDelta)
        break
      case 'finish':
        this.end()
        break
    }
  }

  /** Ends the line that the answer stands in, if it does not end itself. */
  end(): void {
    this.#endReasoning()
    if (this.#column > 0) this.#write('\n')
  }

  #endReasoning(): void {
    if (!this.#reasoning) return
    this.#reasoning = false
    this.#out.style('0')
    if (this.#column > 0) this.#write('\n')
  }

  #write(text: string): void {
    if (text === '') return
    this.#out.piece(text)
    this.#column = text.endsWith('\n') ? 0 : 1
  }
}
