const smoothing = 0.15

/**
 * How long a decode of n tokens takes, learned from those that ran: a smoothed time per power of two of n, and between
 * and beyond them the line t(n) = t(1)·(share + (1 − share)·n) with a share that is learned as well.
 */
export class StepCost {
  readonly #measured = new Map<number, number>()
  #single = 0

  record(tokens: number, milliseconds: number): void {
    if (tokens === 1) this.#single = blend(this.#single, milliseconds)
    const key = bucket(tokens)
    // Scaled to the bucket's own size, so that 5 and 7 tokens teach the same number.
    const scaled = milliseconds * (line(key) / line(tokens))
    this.#measured.set(key, blend(this.#measured.get(key) ?? 0, scaled))
  }

  /** Milliseconds of a decode of `tokens`; 0 as long as nothing is known. */
  estimate(tokens: number): number {
    if (tokens === 1 && this.#single > 0) return this.#single
    const key = bucket(tokens)
    const exact = this.#measured.get(key)
    if (exact !== undefined) return exact * (line(tokens) / line(key))
    const near = [...this.#measured.keys()].sort(
      (a, b) => Math.abs(Math.log2(a / key)) - Math.abs(Math.log2(b / key)),
    )[0]
    if (near === undefined) return 0
    return (this.#measured.get(near) as number) * (line(tokens) / line(near))
  }
}

/** Relative cost before anything is known: two fifths are paid once per decode, the rest per token (measured, small models). */
const line = (tokens: number): number => 0.4 + 0.6 * tokens
const bucket = (tokens: number): number => 2 ** Math.round(Math.log2(tokens))
const blend = (old: number, value: number): number =>
  old === 0 ? value : old + smoothing * (Math.min(value, old * 4) - old)
