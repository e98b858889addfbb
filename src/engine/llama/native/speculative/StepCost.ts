/** Sizes up to here are told apart; a decode of more is a piece of prompt, not a draft. */
const largest = 64
/** How much of a deviation is believed at once. */
const swift = 0.25
const slight = 0.05
/** After so many decodes what was known of a size counts half. */
const oldAfter = 64
/** What each further token adds before its size was ever measured, in decodes of one. */
const usualSlope = 0.5

interface Seen {
  /** In decodes of one. */
  cost: number
  times: number
  at: number
}

/**
 * How long a decode of n tokens takes, learned from those that ran. Kept in two parts, because they change at different
 * speeds: the pace of the machine just now, and what n tokens cost in decodes of one. The second is far from a line:
 * weights are read in tiles, so that eight tokens can be cheaper than seven.
 */
export class StepCost {
  readonly #seen = new Map<number, Seen>()
  /** Milliseconds of a decode of one token. */
  #pace = 0
  #records = 0

  record(tokens: number, milliseconds: number): void {
    if (!(milliseconds > 0)) return
    this.#records++
    if (this.#pace === 0) this.#pace = milliseconds / this.relative(tokens)
    const cost = milliseconds / this.#pace
    if (tokens === 1) {
      this.#pace *= within(cost, 0.25, 4) ** swift
      return
    }
    if (tokens > largest) return
    const seen = this.#seen.get(tokens)
    if (seen === undefined) {
      // The first decode of a size also sets up its memory, and cannot be worse than one by one for long.
      this.#seen.set(tokens, { cost: Math.min(cost, 1.25 * tokens), times: 1, at: this.#records })
      return
    }
    const change = within(cost / seen.cost, 0.5, 2)
    seen.times++
    const isOld = this.#records - seen.at > oldAfter
    seen.at = this.#records
    seen.cost *= change ** Math.max(isOld ? 0.5 : swift, 1 / seen.times)
    this.#pace *= change ** slight
  }

  /** Milliseconds of a decode of `tokens`; 0 as long as nothing is known. */
  estimate(tokens: number): number {
    return this.#pace * this.relative(tokens)
  }

  /**
   * A decode of `tokens` in decodes of one. Between sizes that were measured it lies on a line.
   * @param slope what each token beyond the largest measured size adds
   */
  relative(tokens: number, slope: number = usualSlope): number {
    let [below, above] = [1, Number.POSITIVE_INFINITY]
    for (const size of this.#seen.keys()) {
      if (size <= tokens) below = Math.max(below, size)
      else above = Math.min(above, size)
    }
    const cost = (size: number): number => this.#seen.get(size)?.cost ?? 1
    const from = cost(below)
    const rise = above === Number.POSITIVE_INFINITY ? slope : (cost(above) - from) / (above - below)
    return from + rise * (tokens - below)
  }

  /** How many decodes ago one of this size was measured; undefined: never. */
  age(tokens: number): number | undefined {
    const seen = this.#seen.get(tokens)
    return seen && this.#records - seen.at
  }
}

const within = (value: number, least: number, most: number): number => Math.min(most, Math.max(least, value))
