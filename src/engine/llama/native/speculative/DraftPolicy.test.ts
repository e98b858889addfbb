import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Acceptance } from './Acceptance.ts'
import { DraftPolicy } from './DraftPolicy.ts'
import { StepCost } from './StepCost.ts'
import { costs } from './testing/costs.ts'

/** A policy for an answer whose every token was foreseen so far, or none. */
function foreseen(held: boolean, tokens = 60, matched = 40): DraftPolicy {
  const policy = new DraftPolicy(new Acceptance())
  for (let i = 0; i < tokens; i++) policy.observe(matched, held)
  return policy
}

/** Other answers were foreseen to the last token. */
function misled(): Acceptance {
  const acceptance = new Acceptance()
  for (let i = 0; i < 150; i++) {
    for (let matched = 1; matched <= 40; matched++) {
      for (let share = 0; share < 1; share += 0.1) acceptance.observe(matched, share, true)
    }
  }
  return acceptance
}

/** One answer: before each token the policy decides; `holds` says whether the token foreseen is the one that comes. */
function answer(policy: DraftPolicy, cost: StepCost, matched: number, holds: readonly boolean[]) {
  const real = (size: number): number => cost.estimate(size)
  let [milliseconds, at, drafts] = [0, 0, 0]
  while (at < holds.length) {
    const length = policy.length(matched, 31, cost)
    if (length > 0) drafts++
    milliseconds += real(1 + length)
    cost.record(1 + length, real(1 + length))
    let held = 0
    while (held < length && holds[at + held] === true) held++
    for (let i = 0; i <= held && at < holds.length; i++) policy.observe(matched, holds[at++])
  }
  return { milliseconds, plain: holds.length * cost.estimate(1), drafts }
}

describe('DraftPolicy', () => {
  it('proposes nothing before it knows what a decode costs', () => {
    expect(foreseen(true).length(40, 31, new StepCost())).toBe(0)
  })

  it('proposes nothing without a match', () => {
    expect(foreseen(true).length(0, 31, costs(10, 1))).toBe(0)
  })

  it('proposes long drafts where proposals hold and checking is cheap', () => {
    expect(foreseen(true).length(40, 31, costs(10, 0.5))).toBe(31)
  })

  it('fills the batch to a size that llama.cpp is good at', () => {
    const cost = costs(10, 4)
    for (const limit of [6, 7, 8, 10, 14, 15, 20]) {
      expect([0, 1, 2, 3, 7, 11, 15, 23, 31]).toContain(foreseen(true).length(40, limit, cost))
      expect(foreseen(true).length(40, limit, cost)).toBeLessThanOrEqual(limit)
    }
  })

  it('proposes nothing where proposals do not hold', () => {
    expect(foreseen(false, 200, 2).length(2, 31, costs(10, 1))).toBe(0)
  })

  it('proposes nothing where checking costs as much as generating', () => {
    expect(foreseen(true).length(40, 31, costs(0, 10))).toBe(0)
  })

  it('needs more certainty when other requests fill the batch anyhow', () => {
    const cost = costs(10, 4)
    expect(foreseen(true).length(40, 31, cost)).toBeGreaterThan(foreseen(true).length(40, 31, cost, 12))
  })

  it('measures what was not measured lately, where it is sure', () => {
    const cost = new StepCost()
    const policy = foreseen(true)
    for (let i = 0; i < 10; i++) cost.record(1, 10)
    const sizes = new Set<number>()
    for (let i = 0; i < 30; i++) {
      const length = policy.length(40, 31, cost)
      sizes.add(length + 1)
      // So dear that nothing is gained: it is measured all the same, once.
      cost.record(length + 1, 10 * (length + 1))
      for (let token = 0; token <= length; token++) policy.observe(40, true)
    }
    for (const size of [4, 8, 12, 16]) expect(sizes).toContain(size)
    expect(policy.length(40, 31, cost)).toBe(0)
    for (let i = 0; i < 70; i++) {
      cost.record(1, 10)
      policy.observe(40, true)
    }
    expect(policy.length(40, 31, cost)).toBeGreaterThan(0)
  })

  it('never costs an answer more than a little, whatever others have taught', () => {
    const { milliseconds, plain } = answer(new DraftPolicy(misled()), costs(5, 5), 8, Array(400).fill(false))
    expect(milliseconds / plain).toBeLessThan(1.03)
  })

  it('never costs an answer more than a little, however it goes on', () => {
    const runs = fc.array(fc.tuple(fc.boolean(), fc.integer({ min: 1, max: 60 })), { minLength: 1, maxLength: 30 })
    fc.assert(
      fc.property(runs, fc.integer({ min: 1, max: 40 }), (all, matched) => {
        const holds = all.flatMap(([held, length]) => Array<boolean>(length).fill(held))
        const { milliseconds, plain } = answer(new DraftPolicy(misled()), costs(5, 5), matched, holds)
        // The advance, a two-hundredth of the answer, and half of what drafts would have gained that were refused.
        const gained = holds.filter(Boolean).length
        expect((milliseconds - plain) / 10).toBeLessThan(2.1 + 0.005 * holds.length + 0.5 * gained)
      }),
      { numRuns: 40 },
    )
  })

  it('tries again an answer that has failed once and is foreseen ever since', () => {
    const copied = Array.from({ length: 200 }, (_, i) => i !== 1)
    const { milliseconds, plain } = answer(new DraftPolicy(misled()), costs(6, 4), 12, copied)
    expect(plain / milliseconds).toBeGreaterThan(1.4)
  })

  it('tries a draft model again that was of no use, now and then', () => {
    const policy = new DraftPolicy(new Acceptance(), { advance: 8, isHabit: true })
    const cost = costs(5, 5)
    let drafts = 0
    for (let i = 0; i < 480; i++) {
      const length = policy.length(8, 31, cost, 0, 1)
      if (length > 0) drafts++
      policy.observe(8, length > 0 ? false : undefined)
    }
    expect(drafts).toBeGreaterThan(8)
    expect(drafts).toBeLessThan(25)
  })

  it('counts a decision once, however often it was asked for', () => {
    const cost = costs(5, 5)
    const [once, often] = [foreseen(true, 5), foreseen(true, 5)]
    for (let i = 0; i < 40; i++) {
      const a = once.length(40, 3, cost)
      for (let again = 0; again < 5; again++) often.length(40, 1, cost)
      expect(often.length(40, 3, cost)).toBe(a)
      for (const policy of [once, often]) policy.observe(40, i % 3 > 0)
    }
  })
})
