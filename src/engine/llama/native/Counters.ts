import type { EngineStatus, Usage } from '../../contract.ts'

const smoothing = 0.1

/** Totals and rates for `ps` and `/metrics`. */
export class Counters {
  readonly #totals = {
    requests: 0,
    promptTokens: 0,
    cachedTokens: 0,
    completionTokens: 0,
    draftTokens: 0,
    acceptedTokens: 0,
  }
  #generation = 0
  #prompt = 0

  request(): void {
    this.#totals.requests++
  }

  usage(
    usage: Pick<Usage, 'promptTokens' | 'cachedTokens' | 'completionTokens' | 'draftTokens' | 'acceptedTokens'>,
  ): void {
    for (const name of ['promptTokens', 'cachedTokens', 'completionTokens', 'draftTokens', 'acceptedTokens'] as const) {
      this.#totals[name] += usage[name]
    }
  }

  /** A decode: either prompts were read, or so many tokens written. */
  step(promptTokens: number, newTokens: number, milliseconds: number): void {
    if (milliseconds <= 0) return
    if (promptTokens > 0) this.#prompt = blend(this.#prompt, (promptTokens * 1000) / milliseconds)
    else this.#generation = blend(this.#generation, (newTokens * 1000) / milliseconds)
  }

  get rates(): Pick<
    EngineStatus,
    'generationTokensPerSecond' | 'promptTokensPerSecond' | 'draftAcceptance' | 'totals'
  > {
    const { draftTokens, acceptedTokens } = this.#totals
    return {
      generationTokensPerSecond: this.#generation,
      promptTokensPerSecond: this.#prompt,
      draftAcceptance: draftTokens === 0 ? 0 : acceptedTokens / draftTokens,
      totals: { ...this.#totals },
    }
  }
}

const blend = (old: number, value: number): number => (old === 0 ? value : old + smoothing * (value - old))
