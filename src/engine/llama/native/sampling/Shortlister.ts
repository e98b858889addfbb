import type { SamplingSettings } from './settings.ts'
import { shortlist } from './shortlist.ts'

/** With more changed tokens than this a list would be no short one. */
const longestWindow = 256

/**
 * Names the few tokens that can be left after the top-k step, so that native samplers need not be given the whole
 * vocabulary: that costs small models a fiftieth of their speed. The answers are the same ones.
 *
 * Bias and penalties change the logits of n tokens at most, which are known. Each of the k tokens that come out on top is
 * one of those n, or among the k + n largest as the model gave them.
 */
export class Shortlister {
  readonly #count: number
  readonly #window: number
  readonly #biased: readonly number[]
  #recent: number[]

  private constructor(count: number, window: number, biased: readonly number[], prompt: readonly number[]) {
    this.#count = count
    this.#window = window
    this.#biased = biased
    this.#recent = window === 0 ? [] : prompt.slice(-window)
  }

  /** Undefined where the steps before the top-k step may change any token, or where there is none. */
  static for(settings: SamplingSettings, prompt: readonly number[], contextLength: number): Shortlister | undefined {
    const { temperature, topK, logitBias, dry, mirostat } = settings
    const { repeatLastN, repeatPenalty, presencePenalty, frequencyPenalty } = settings
    const count = temperature === 0 ? 1 : mirostat === undefined ? topK : 0
    const penalizes = repeatPenalty !== 1 || presencePenalty !== 0 || frequencyPenalty !== 0
    const window = !penalizes ? 0 : repeatLastN < 0 ? contextLength : Math.min(repeatLastN, contextLength)
    if (count === 0 || dry !== undefined || window + logitBias.length > longestWindow) return undefined
    return new Shortlister(
      count,
      window,
      logitBias.map(({ token }) => token),
      prompt,
    )
  }

  /** Undefined: all of them. */
  tokens(logits: Float32Array): Set<number> | undefined {
    const changed = new Set([...this.#biased, ...this.#recent])
    const list = shortlist(logits, this.#count + changed.size)
    if (list === undefined) return undefined
    const tokens = new Set(list)
    for (const token of changed) tokens.add(token)
    return tokens
  }

  /** Takes note of a token that was chosen. */
  accept(token: number): void {
    if (this.#window === 0) return
    this.#recent.push(token)
    if (this.#recent.length > this.#window) this.#recent = this.#recent.slice(-this.#window)
  }
}
