import type { DraftPolicy } from './DraftPolicy.ts'
import { PromptLookup } from './PromptLookup.ts'
import type { StepCost } from './StepCost.ts'

/** Proposes tokens for one answer. */
export interface Drafter {
  /** Every token of prompt and answer, in order. */
  add(token: number): void
  /** @param others tokens that are in the batch anyhow, of other requests */
  propose(limit: number, others: number): readonly number[]
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
      if (proposed >= 0) policy.observe(matched, proposed === token)
      lookup.add(token)
    },
    propose(limit, others) {
      const count = policy.length(lookup.matched, Math.min(limit, longest), cost, others)
      return count > 0 ? lookup.propose(count) : []
    },
  }
}
