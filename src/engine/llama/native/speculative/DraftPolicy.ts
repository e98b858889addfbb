import type { Acceptance } from './Acceptance.ts'
import type { StepCost } from './StepCost.ts'

/** Sizes of a batch that are worth considering: llama.cpp works on rows by four, eight and sixteen. */
const sizes = [2, 3, 4, 8, 12, 16, 24, 32, 48] as const
/** A draft must promise so much more than plain decoding. */
const margin = 1.04
/** How fast the share of foreseen tokens follows the answer. */
const rate = 0.1
const firstShare = 0.35
/** What an answer may lose by drafts, in tokens: so much at once, and so much for each of its tokens. */
const usualAdvance = 2
const perToken = 0.005
/** What refused drafts would have gained counts half. */
const trust = 0.5
/** With so many tokens gained, sizes never measured are thought cheap, and so get measured. */
const rich = 1
/** A draft model whose drafts do not pay is tried again after so many tokens. */
const retryAfter = 48
const hopefulSlope = 0.25
/** Where so much of a draft is expected to hold, sizes not measured for so many decodes are measured again. */
const sure = 0.85
const staleAfter = 64

interface Draft {
  left: number
  /** Tokens that it gained beyond what its time would have given anyhow. */
  net: number
}

/**
 * Decides how many tokens to propose, for one answer.
 *
 * It weighs what is expected to be gained, and it keeps a purse: drafts that fail are paid from what drafts have gained, from
 * an advance, and from a two-hundredth of the answer, and none is made that could lose more than there is. So an answer that cannot
 * be foreseen loses no more than that, whatever others were like. An empty purse fills again by drafts that were
 * refused and would have held.
 */
export class DraftPolicy {
  readonly #acceptance: Acceptance
  #share = firstShare
  readonly #isHabit: boolean
  readonly #advance: number
  #purse: number
  #sinceMade = 0
  /** What drafts that were refused would have gained, as far as it counts. */
  #credit = 0
  #made: Draft | undefined
  #refused: Draft | undefined
  /** What was decided last; it counts once the next token is here. */
  #decided: { readonly made?: Draft; readonly refused?: Draft } = {}

  /**
   * @param acceptance what all answers have taught; it learns from this one too
   * @param options.advance tokens that this answer may lose beforehand
   * @param options.isHabit proposals come from a model: the match stays what it is along a draft, and whether they would
   *   have held is known only of those that were made
   */
  constructor(acceptance: Acceptance, options: { readonly advance?: number; readonly isHabit?: boolean } = {}) {
    this.#acceptance = acceptance
    this.#advance = options.advance ?? usualAdvance
    this.#isHabit = options.isHabit ?? false
    this.#purse = this.#advance
  }

  /** Probability that the next proposed token holds after a match of this length. */
  acceptance(matched: number): number {
    return this.#acceptance.of(matched, this.#share)
  }

  /**
   * After each token.
   * @param matched how long the match was before it; 0: there was none
   * @param held whether the token foreseen was the one that came; undefined: none could be known
   */
  observe(matched: number, held: boolean | undefined): void {
    const { made, refused } = this.#decided
    this.#decided = {}
    this.#sinceMade++
    if (made !== undefined) {
      this.#purse += made.net
      this.#made = made
      this.#refused = undefined
      this.#sinceMade = 0
    }
    if (refused !== undefined) this.#refused ??= refused
    this.#purse += perToken
    if (held !== undefined) {
      this.#acceptance.observe(matched, this.#share, held)
      this.#share += rate * (Number(held) - this.#share)
    }
    if (this.#made !== undefined) {
      if (held === true) this.#purse++
      if (held !== true || --this.#made.left === 0) this.#made = undefined
    }
    const waiting = this.#refused
    if (waiting !== undefined) {
      if (held === true) waiting.net++
      if (held !== true || --waiting.left === 0) {
        this.#credit = Math.max(0, this.#credit + trust * waiting.net)
        this.#refused = undefined
      }
    }
  }

  /**
   * The number of tokens to propose, at most `limit`; 0 when decoding plainly is as fast.
   *
   * With acceptance p_j of the j-th proposed token, a draft of k is expected to give 1 + Σ_{i≤k} Π_{j≤i} p_j tokens in
   * the time of a decode of `others` + 1 + k tokens. The extra tokens must come cheaper than the plain ones.
   * @param others tokens that are in the batch anyhow, of other requests
   * @param msPerToken milliseconds that proposing itself takes, per token
   */
  length(matched: number, limit: number, cost: StepCost, others = 0, msPerToken = 0): number {
    this.#decided = {}
    const one = cost.estimate(1)
    const size = others + 1
    if (one === 0 || matched < 1) return 0
    const plain = cost.relative(size)
    const means = this.#purse + this.#credit
    const slope = means > this.#advance + rich ? hopefulSlope : undefined
    let [best, refused, stale, first] = [nothing, nothing, nothing, nothing]
    let [chance, expected, share] = [1, 0, this.#share]
    for (let count = 1; count <= limit && chance >= 0.02; count++) {
      chance *= this.#acceptance.of(this.#isHabit ? matched : matched + count - 1, share)
      share += rate * (1 - share)
      expected += chance
      if (!sizes.includes((size + count) as never)) continue
      const time = cost.relative(size + count, slope) + (count * msPerToken) / one
      const option = {
        count,
        gain: ((size + expected) * plain) / (size * time),
        loss: Math.max(0, (size * (time - plain)) / plain),
      }
      // It may fail at its first token.
      const isAffordable = option.loss <= means
      if (option.gain > margin) {
        if (isAffordable && option.gain > best.gain) best = option
        // The shortest: its end is seen soonest.
        if (!isAffordable && refused.count === 0) refused = option
      }
      const age = cost.age(size + count) ?? Number.POSITIVE_INFINITY
      const isSure = count >= 3 && 1 + expected >= sure * (1 + count)
      if (isSure && isAffordable && age > staleAfter && age > stale.gain) stale = { ...option, gain: age }
      if (first.count === 0) first = option
    }
    if (this.#isHabit) {
      if (best.count === 0 && this.#sinceMade >= retryAfter) best = first
    } else if (stale.count > 0 && others === 0) best = stale
    if (best.count > 0) this.#decided = { made: { left: best.count, net: -best.loss } }
    else if (refused.count > 0) this.#decided = { refused: { left: refused.count, net: -refused.loss } }
    return best.count
  }
}

const nothing = { count: 0, gain: 0, loss: 0 }
