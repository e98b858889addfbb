import type { DraftPolicy } from './DraftPolicy.ts'
import { PromptLookup } from './PromptLookup.ts'
import type { StepCost } from './StepCost.ts'

/** Proposes tokens for one answer. */
export interface Drafter {
  /** Every token of prompt and answer, in order. */
  add(token: number): void
  /** @param others tokens that are in the batch anyhow, of other requests */
  propose(limit: number, others: number): readonly number[]
  /** Work that must be done before `propose`. Called between decodes. */
  prepare?(others: number): Promise<void>
  /** The answer is over. */
  close?(): void
}

/** The first that has something to propose. What the others prepared is then not needed. */
export function firstOf(drafters: readonly Drafter[]): Drafter {
  const [first, ...rest] = drafters
  return {
    add(token) {
      for (const drafter of drafters) drafter.add(token)
    },
    async prepare(others) {
      await first?.prepare?.(others)
      if ((first?.propose(Number.POSITIVE_INFINITY, others).length ?? 0) > 0) return
      for (const drafter of rest) await drafter.prepare?.(others)
    },
    propose(limit, others) {
      for (const drafter of drafters) {
        const proposed = drafter.propose(limit, others)
        if (proposed.length > 0) return proposed
      }
      return []
    },
    close() {
      for (const drafter of drafters) drafter.close?.()
    },
  }
}

/** Proposes what followed the last tokens where they stood before, when that is expected to pay. */
export function createLookupDrafter(options: {
  readonly prompt: readonly number[]
  readonly policy: DraftPolicy
  readonly cost: StepCost
  /** Tokens proposed at once at most. */
  readonly longest: number
}): Drafter {
  const { prompt, policy, cost, longest } = options
  const lookup = new PromptLookup()
  for (const token of prompt) lookup.add(token)
  return {
    add(token) {
      const { matched, proposed } = lookup
      policy.observe(matched, proposed >= 0 && proposed === token)
      lookup.add(token)
    },
    propose(limit, others) {
      const count = policy.length(lookup.matched, Math.min(limit, longest), cost, others)
      return count > 0 ? lookup.propose(count) : []
    },
  }
}
