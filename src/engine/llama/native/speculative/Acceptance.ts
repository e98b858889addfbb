/** Lengths of match from which on another acceptance is counted. */
const steps = [1, 2, 3, 4, 6, 8, 12, 16, 24, 32] as const
/** What is believed of each before anything was seen, in an answer half of whose tokens were foreseen. */
const prior = [0.25, 0.3, 0.4, 0.5, 0.6, 0.7, 0.85, 0.9, 0.94, 0.96] as const
/** Shares of foreseen tokens from which on another acceptance is counted, and how far it is from the middle, in log-odds. */
const shares = [0, 0.15, 0.35, 0.55, 0.75, 0.9] as const
const shift = [-1.5, -0.7, 0, 0.7, 1.2, 2] as const
/** The prior is worth so many observations; older ones fade beyond so many. */
const weight = 15
const memory = 100

/**
 * How often a proposed token is the one that comes, by the length of the match before it and by how much of the answer was
 * foreseen lately: two equal words mean little in a story, and much in a quotation. Learned from every token for which it is
 * known what would have been proposed, whether it was or not.
 */
export class Acceptance {
  readonly #hits: number[]
  readonly #seen: number[]

  constructor() {
    this.#hits = prior.flatMap((p) => shift.map((by) => weight / (1 + ((1 - p) / p) * Math.exp(-by))))
    this.#seen = this.#hits.map(() => weight)
  }

  /**
   * @param matched tokens equal to those before the place that the proposal was taken from
   * @param share of the answer's last tokens that were foreseen, 0 to 1
   */
  observe(matched: number, share: number, held: boolean): void {
    if (matched < 1) return
    const cell = cellOf(matched, share)
    if ((this.#seen[cell] as number) >= memory) {
      this.#hits[cell] = (this.#hits[cell] as number) / 2
      this.#seen[cell] = (this.#seen[cell] as number) / 2
    }
    this.#seen[cell] = (this.#seen[cell] as number) + 1
    if (held) this.#hits[cell] = (this.#hits[cell] as number) + 1
  }

  /** Probability that a proposed token holds; 0 without a match. */
  of(matched: number, share: number): number {
    if (matched < 1) return 0
    const cell = cellOf(matched, share)
    return (this.#hits[cell] as number) / (this.#seen[cell] as number)
  }
}

const cellOf = (matched: number, share: number): number => last(steps, matched) * shares.length + last(shares, share)

/** Index of the last bound that the value reaches. */
const last = (bounds: readonly number[], value: number): number => {
  let index = 0
  while (index + 1 < bounds.length && value >= (bounds[index + 1] as number)) index++
  return index
}
