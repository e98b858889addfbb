import type { Part } from '../../../contract.ts'

/** Parts between the loop that makes them and the reader that takes them. */
export class PartQueue {
  #parts: Part[] = []
  #error: unknown
  #hasEnded = false
  #wake: (() => void) | undefined

  push(part: Part): void {
    this.#parts.push(part)
    if (part.type === 'finish') this.#hasEnded = true
    this.#wake?.()
  }

  fail(error: unknown): void {
    if (this.#hasEnded) return
    this.#hasEnded = true
    this.#error = error
    this.#wake?.()
  }

  /** Until `finish`, or throws what `fail` was given, after the parts before it. */
  async *read(): AsyncGenerator<Part, void> {
    for (;;) {
      const parts = this.#parts
      this.#parts = []
      yield* parts
      if (this.#parts.length > 0) continue
      if (this.#error !== undefined) throw this.#error
      if (this.#hasEnded) return
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
      this.#wake = undefined
    }
  }
}
