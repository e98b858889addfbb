import type { SanjhaError } from '../../../../core/index.ts'
import type { FinishReason } from '../../../contract.ts'
import type { Sampler } from '../sampling/createSampler.ts'
import { scoreToken, type TokenScore } from '../sampling/logprobs.ts'
import type { Task } from '../scheduler/Task.ts'
import type { Drafter } from '../speculative/Drafter.ts'

export interface GenerateTaskOptions {
  readonly prompt: readonly number[]
  readonly maxTokens: number
  readonly contextLength: number
  readonly isExact: boolean
  readonly cachePrompt: boolean
  readonly ignoreEnd: boolean
  readonly logprobs: number | undefined
  readonly sampler: Sampler
  readonly drafter: Drafter | undefined
  readonly isEnd: (token: number) => boolean
  readonly onStart: (cached: number) => void
  /** True when the answer is over with this token (a stop text was reached). */
  readonly onToken: (token: number, score: TokenScore | undefined) => boolean
  readonly onFinish: (reason: FinishReason) => void
  readonly onError: (error: SanjhaError) => void
}

/** One answer: samples token after token until an end token, a stop text, or a limit. */
export class GenerateTask implements Task {
  readonly tokens: number[]
  readonly isExact: boolean
  readonly cachePrompt: boolean
  promptMs = 0
  generationMs = 0
  cached = 0
  draftTokens = 0
  acceptedTokens = 0
  readonly #options: GenerateTaskOptions
  readonly #promptLength: number
  #reason: FinishReason = 'stop'
  #hasStarted = false

  constructor(options: GenerateTaskOptions) {
    this.#options = options
    this.tokens = [...options.prompt]
    this.#promptLength = options.prompt.length
    this.isExact = options.isExact
    this.cachePrompt = options.cachePrompt
  }

  get generated(): number {
    return this.tokens.length - this.#promptLength
  }

  get reusable(): number {
    return this.tokens.length - 1
  }

  get room(): number {
    const { maxTokens, contextLength } = this.#options
    return Math.min(this.#promptLength + maxTokens, contextLength)
  }

  wants(position: number): boolean {
    return position === this.tokens.length - 1
  }

  take(_position: number, logits: Float32Array): boolean {
    const { maxTokens, sampler, drafter, isEnd, ignoreEnd, logprobs, contextLength } = this.#options
    if (maxTokens === 0) return this.#end('length')
    let token = sampler.next(logits)
    if (isEnd(token)) {
      const other = ignoreEnd ? sampler.insteadOfEnd(logits) : undefined
      if (other === undefined) return this.#end('stop')
      token = other
    }
    const score = logprobs === undefined ? undefined : scoreToken(logits, token, logprobs)
    this.tokens.push(token)
    drafter?.add(token)
    if (this.#options.onToken(token, score)) return this.#end('stop')
    if (this.generated >= maxTokens || this.tokens.length >= contextLength) return this.#end('length')
    return true
  }

  async prepare(others: number): Promise<void> {
    await this.#options.drafter?.prepare?.(others)
  }

  propose(limit: number, others: number): readonly number[] {
    // The last token comes from the last logits anyway, so one draft less than is still wanted is enough.
    const left =
      Math.min(this.#options.maxTokens - this.generated, this.#options.contextLength - this.tokens.length) - 1
    return this.#options.drafter?.propose(Math.min(limit, left), others) ?? []
  }

  started(cached: number): void {
    if (this.#hasStarted) return
    this.#hasStarted = true
    this.cached = cached
    this.#options.onStart(cached)
  }

  evaluated(_tokens: number, milliseconds: number): void {
    if (this.generated === 0) this.promptMs += milliseconds
    else this.generationMs += milliseconds
  }

  drafted(proposed: number, accepted: number): void {
    this.draftTokens += proposed
    this.acceptedTokens += accepted
  }

  finished(): void {
    this.#options.onFinish(this.#reason)
  }

  full(): void {
    this.#options.onFinish('length')
  }

  failed(error: SanjhaError): void {
    this.#options.onError(error)
  }

  #end(reason: FinishReason): false {
    this.#reason = reason
    return false
  }
}
