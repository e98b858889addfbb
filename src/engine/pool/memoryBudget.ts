import { formatBytes, SanjhaError } from '../../core/index.ts'
import {
  chooseContext,
  kvTypeShare,
  type MemoryNeed,
  type ModelSize,
  memoryNeed,
  ordinaryContext,
  smallestUsefulContext,
} from '../fit.ts'
import type { LoadOptions } from './contract.ts'
import type { LlamaSource } from './sources.ts'

/** Where the pool gets its numbers from. All in bytes, all at once (nothing is awaited between looking and deciding). */
export interface MemoryProbe {
  /** Free now, file cache counted as free. */
  availableBytes(): number
  /** What a process holds that is not cache; null when it cannot be told. */
  anonymousBytes(pid: number): number | null
}

/** Of what is free: the rest is for the system, other programs, and errors of the estimate. */
const shareOfFreeMemory = 0.8

/**
 * What all engines together may use. Configured, or 80 % of what is free plus what our engines hold already. Weights that
 * are mapped files count as free memory, so only what engines hold besides is added.
 *
 * @param heldBytes memory of our engines that is not file cache
 */
export function memoryBudget(configured: number | null, availableBytes: number, heldBytes: number): number {
  return configured ?? Math.floor(shareOfFreeMemory * (availableBytes + heldBytes))
}

/** How a model could be loaded: with how much context at best, and at least. */
export interface LoadPlan {
  /** The context that is worth unloading idle models for, and what it needs. */
  readonly wanted: MemoryNeed
  /** The least that is acceptable. */
  readonly least: MemoryNeed
  /** The context for so much free memory; only sensible when `least` fits. */
  context(freeBytes: number): number
  need(contextLength: number): MemoryNeed
}

/**
 * @param kvType how keys and values are stored; the source's numbers are for 16 bit
 */
export function planLoad(
  source: LlamaSource,
  load: LoadOptions,
  budgetBytes: number,
  kvType: keyof typeof kvTypeShare,
): LoadPlan {
  const share = kvTypeShare[kvType]
  const size: ModelSize = {
    ...source,
    contextBytesPerToken: source.contextBytesPerToken === null ? null : source.contextBytesPerToken * share,
  }
  const own = source.contextLength ?? ordinaryContext
  const need = (contextLength: number): MemoryNeed => memoryNeed(size, contextLength)
  const asked = load.contextLength
  if (asked !== undefined) {
    const length = Math.min(asked, source.contextLength ?? asked)
    return { wanted: need(length), least: need(length), context: () => length, need }
  }
  return {
    wanted: need(Math.min(own, ordinaryContext)),
    least: need(Math.min(own, smallestUsefulContext)),
    context: (freeBytes) => chooseContext(size, budgetBytes, freeBytes),
    need,
  }
}

/** The refusal before loading, with all numbers. `retryable`: it would fit, were others not in use. */
export function insufficientMemory(facts: {
  readonly model: string
  readonly need: MemoryNeed
  readonly budgetBytes: number
  readonly inUseBytes: number
  readonly configured: boolean
  readonly retryable: boolean
}): SanjhaError {
  const { model, need, budgetBytes, inUseBytes, configured, retryable } = facts
  const size = (bytes: number): string => formatBytes(bytes, 'binary')
  const sum = `${size(need.weightsBytes)} weights + ${size(need.contextBytes)} context + ${size(need.overheadBytes)} for working`
  const limit = configured ? 'the configured limit' : '80 % of what this machine has free'
  const hint = retryable
    ? 'Try again when other requests are done, stop a model with `sanjha stop MODEL`, or ask for a shorter context.'
    : `Use a smaller model or a lower quantization, ask for a shorter context${configured ? ', or raise engine.memoryLimit.' : ', or close other programs.'}`
  return new SanjhaError(
    'insufficient_memory',
    `${model} needs ${size(need.totalBytes)} (${sum}); ${size(budgetBytes)} are allowed (${limit}), of which ${size(inUseBytes)} are in use.`,
    { hint, retryable, details: { ...need, budgetBytes, inUseBytes } },
  )
}
