import type { StepCost } from './StepCost.ts'

/** Lengths of match from which on another acceptance is counted. */
const steps = [2, 3, 4, 6, 8, 12, 16, 24, 32] as const
/** What is believed before anything was seen, per step: share of proposed tokens that hold; worth `weight` observations. */
const prior = [0.2, 0.35, 0.5, 0.6, 0.7, 0.85, 0.92, 0.95, 0.97] as const
const weight = 6
/** What all answers have taught is worth so many observations of the answer itself. */
const generalWeight = 8
/** Older observations fade, because an answer changes its manner. */
const memory = 200
/** So sure of its tokens, a draft costs next to nothing even where it gains nothing: made now and then, it shows what drafts cost today. */
const sure = 0.93
const refreshEvery = 48
const refreshLength = 12
/** A draft must promise so much more than plain decoding. */
const margin = 1.06

/**
 * Decides how many tokens to propose. Whether a proposal would have held is known for every token generated, also when
 * none was made, so that acceptance is learned without paying for it.
 */
export class DraftPolicy {
  readonly #hits: number[]
  readonly #seen: number[]
  readonly #general: DraftPolicy | undefined
  #sinceDraft = 0

  /**
   * @param general what other answers have taught; it learns from this one too. An answer that repeats its prompt is soon
   *   known as one, whatever the others were like.
   */
  constructor(general?: DraftPolicy) {
    this.#general = general
    this.#hits = steps.map((_, i) => (general === undefined ? weight * (prior[i] as number) : 0))
    this.#seen = steps.map(() => (general === undefined ? weight : 0))
  }

  /** After each token: how long the match was, and whether the token proposed was the one that came. */
  observe(matched: number, held: boolean): void {
    this.#general?.observe(matched, held)
    this.#sinceDraft++
    const i = stepOf(matched)
    if (i < 0) return
    const seen = this.#seen[i] as number
    if (seen >= memory) {
      this.#hits[i] = (this.#hits[i] as number) * 0.5
      this.#seen[i] = seen * 0.5
    }
    this.#seen[i] = (this.#seen[i] as number) + 1
    if (held) this.#hits[i] = (this.#hits[i] as number) + 1
  }

  /** Probability that the next proposed token holds after a match of this length. */
  acceptance(matched: number): number {
    const i = stepOf(matched)
    if (i < 0) return 0
    const hits = this.#hits[i] as number
    const seen = this.#seen[i] as number
    if (this.#general === undefined) return hits / seen
    return (hits + generalWeight * this.#general.acceptance(matched)) / (seen + generalWeight)
  }

  /**
   * The number of tokens to propose, at most `limit`; 0 when decoding plainly is as fast.
   *
   * With acceptance p_j of the j-th proposed token, a draft of k is expected to give 1 + Σ_{i≤k} Π_{j≤i} p_j tokens in
   * the time of a decode of `others` + 1 + k tokens. The extra tokens must come cheaper than the plain ones.
   * @param others tokens that are in the batch anyhow, of other requests
   * @param perToken milliseconds that proposing itself takes, per token
   */
  length(matched: number, limit: number, cost: StepCost, others = 0, perToken = 0): number {
    const plain = cost.estimate(others + 1)
    if (plain === 0 || matched < (steps[0] as number)) return 0
    let best = 0
    let bestGain = margin
    let chance = 1
    let expected = 0
    for (let k = 1; k <= limit; k++) {
      chance *= this.acceptance(matched + k - 1)
      expected += chance
      if (chance < 0.02) break
      const gain = (others + 1 + expected) / (others + 1) / ((cost.estimate(others + 1 + k) + k * perToken) / plain)
      if (gain > bestGain) {
        bestGain = gain
        best = k
      }
    }
    if (best === 0 && perToken === 0 && others === 0 && this.#isRefreshDue(matched)) {
      best = Math.min(limit, refreshLength)
    }
    if (best > 0) this.#sinceDraft = 0
    return best
  }

  #isRefreshDue(matched: number): boolean {
    return this.#sinceDraft >= refreshEvery && this.acceptance(matched) >= sure
  }
}

function stepOf(matched: number): number {
  let i = -1
  while (i + 1 < steps.length && matched >= (steps[i + 1] as number)) i++
  return i
}
