import { describe, expect, it } from 'vitest'
import { DraftPolicy } from './DraftPolicy.ts'
import { StepCost } from './StepCost.ts'

/** A machine on which a decode of n tokens takes `once + each · n` milliseconds, as far as was measured. */
function costs(once: number, each: number): StepCost {
  const cost = new StepCost()
  for (const n of [1, 2, 4, 8, 16, 32]) for (let i = 0; i < 60; i++) cost.record(n, once + each * n)
  return cost
}

function taught(matched: number, share: number): DraftPolicy {
  const policy = new DraftPolicy()
  for (let i = 0; i < 400; i++) policy.observe(matched, i % 100 < share * 100)
  return policy
}

describe('DraftPolicy', () => {
  it('proposes nothing before it knows what a decode costs', () => {
    expect(new DraftPolicy().length(40, 31, new StepCost())).toBe(0)
  })

  it('proposes long drafts where proposals hold and checking is cheap', () => {
    expect(taught(32, 1).length(40, 31, costs(10, 1))).toBe(31)
  })

  it('proposes nothing where proposals do not hold', () => {
    expect(taught(2, 0).length(2, 31, costs(10, 1))).toBe(0)
  })

  it('proposes nothing where checking costs as much as generating', () => {
    const policy = taught(32, 0.9)
    expect(policy.length(40, 31, costs(0, 10))).toBe(0)
  })

  it('needs more certainty when other requests fill the batch anyhow', () => {
    const policy = taught(8, 0.7)
    const cost = costs(10, 4)
    expect(policy.length(8, 31, cost)).toBeGreaterThan(policy.length(8, 31, cost, 7))
  })

  it('keeps within the limit', () => {
    expect(taught(32, 1).length(40, 3, costs(10, 1))).toBeLessThanOrEqual(3)
  })

  it('tries now and then whether checking became cheaper, where it is sure', () => {
    const policy = taught(32, 1)
    const cost = costs(0, 10)
    const lengths = Array.from({ length: 200 }, () => {
      policy.observe(40, true)
      return policy.length(40, 31, cost)
    })
    const tries = lengths.filter((length) => length > 0).length
    expect(tries).toBeGreaterThan(0)
    expect(tries).toBeLessThan(8)
  })

  it('knows an answer that repeats from one that does not, whatever others were like', () => {
    const general = taught(4, 0.3)
    const cost = costs(10, 2)
    const [repeats, invents] = [new DraftPolicy(general), new DraftPolicy(general)]
    expect(repeats.acceptance(4)).toBe(general.acceptance(4))
    for (let i = 0; i < 12; i++) {
      repeats.observe(4, true)
      invents.observe(4, false)
    }
    expect(repeats.length(4, 31, cost)).toBeGreaterThan(0)
    expect(invents.length(4, 31, cost)).toBe(0)
    expect(new DraftPolicy(general).acceptance(4)).toBeCloseTo(0.3, 1)
  })

  it('forgets: what held long ago does not count for ever', () => {
    const policy = taught(8, 1)
    for (let i = 0; i < 600; i++) policy.observe(8, false)
    expect(policy.acceptance(8)).toBeLessThan(0.2)
  })
})

describe('StepCost', () => {
  it('knows nothing at first', () => {
    expect(new StepCost().estimate(4)).toBe(0)
  })

  it('guesses what it did not measure from what it did', () => {
    const cost = new StepCost()
    cost.record(1, 10)
    expect(cost.estimate(1)).toBeCloseTo(10)
    expect(cost.estimate(8)).toBeGreaterThan(40)
    expect(cost.estimate(8)).toBeLessThan(60)
  })

  it('learns what a size really costs', () => {
    const cost = costs(8, 2)
    expect(cost.estimate(1)).toBeCloseTo(10, 0)
    expect(cost.estimate(8)).toBeCloseTo(24, 0)
    expect(cost.estimate(32)).toBeCloseTo(72, 0)
  })

  it('is not thrown off by one stray measurement', () => {
    const cost = costs(8, 2)
    cost.record(1, 10_000)
    expect(cost.estimate(1)).toBeLessThan(16)
  })
})
