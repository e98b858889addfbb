import type { SanjhaError } from '../../../../core/index.ts'

/** Something that wants tokens evaluated: an answer or a score. Its lane calls it; it never calls native code itself. */
export interface Task {
  /** All tokens known so far. Grows while the lane evaluates it. */
  readonly tokens: number[]
  /** Needs batches that depend on nothing but itself. */
  readonly isExact: boolean
  readonly cachePrompt: boolean
  /** How many of its tokens may come from the cache: the logits of those are not needed. */
  readonly reusable: number
  /** How many tokens it may come to. */
  readonly room: number
  /** True when the logits after this position are needed. */
  wants(position: number): boolean
  /**
   * The logits after `position`, as a view that is valid during the call. May add one token to `tokens`.
   * Returns false when nothing more is wanted: the task is done.
   */
  take(position: number, logits: Float32Array): boolean
  /** Work to be done before `propose`, between decodes. */
  prepare?(others: number): Promise<void>
  /** Tokens that are likely to follow, at most `limit`. They are checked by `take` and never cost anything but time. */
  propose(limit: number, others: number): readonly number[]
  /** Called once when evaluation begins. `cached` of its tokens were there already. */
  started(cached: number): void
  /** So many tokens were evaluated in a decode of so many milliseconds. */
  evaluated(tokens: number, milliseconds: number): void
  /** Proposed and accepted tokens of one step. */
  drafted(proposed: number, accepted: number): void
  finished(): void
  /** Its prompt is evaluated but no further token fits. */
  full(): void
  failed(error: SanjhaError): void
}
