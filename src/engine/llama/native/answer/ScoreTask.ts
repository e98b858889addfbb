import type { SanjhaError } from '../../../../core/index.ts'
import { scoreToken, type TokenScore } from '../sampling/logprobs.ts'
import type { Task } from '../scheduler/Task.ts'

export interface ScoreTaskOptions {
  readonly tokens: readonly number[]
  /** How many of them are context; at least 1. */
  readonly contextLength: number
  readonly top: number
  readonly onDone: (scores: TokenScore[]) => void
  readonly onError: (error: SanjhaError) => void
}

/** Log-probabilities of known tokens. Always exact. */
export class ScoreTask implements Task {
  readonly tokens: number[]
  readonly isExact = true
  readonly cachePrompt = true
  readonly reusable: number
  readonly room: number
  readonly #options: ScoreTaskOptions
  readonly #scores: TokenScore[] = []

  constructor(options: ScoreTaskOptions) {
    this.#options = options
    // The last token's own logits are not needed, so it is not evaluated.
    this.tokens = options.tokens.slice(0, -1)
    this.reusable = options.contextLength - 1
    this.room = this.tokens.length
  }

  wants(position: number): boolean {
    return position >= this.#options.contextLength - 1
  }

  take(position: number, logits: Float32Array): boolean {
    const { tokens, top } = this.#options
    this.#scores.push(scoreToken(logits, tokens[position + 1] as number, top))
    return position + 2 < tokens.length
  }

  propose(): readonly number[] {
    return []
  }

  started(): void {}
  evaluated(): void {}
  drafted(): void {}

  finished(): void {
    this.#options.onDone(this.#scores)
  }

  full(): void {
    this.finished()
  }

  failed(error: SanjhaError): void {
    this.#options.onError(error)
  }
}
