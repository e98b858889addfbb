import { describe, expect, it } from 'vitest'
import { StepCost } from './StepCost.ts'
import { costs } from './testing/costs.ts'

describe('StepCost', () => {
  it('knows nothing at first', () => {
    expect(new StepCost().estimate(4)).toBe(0)
    expect(new StepCost().age(4)).toBeUndefined()
  })

  it('guesses what it did not measure from what it did', () => {
    const cost = new StepCost()
    cost.record(1, 10)
    expect(cost.estimate(1)).toBeCloseTo(10)
    expect(cost.estimate(8)).toBeCloseTo(45)
    expect(cost.relative(8, 0.25)).toBeCloseTo(2.75)
    cost.record(4, 20)
    expect(cost.estimate(8)).toBeCloseTo(40)
    expect(cost.estimate(3)).toBeCloseTo(16.7, 0)
  })

  it('learns what a size really costs, also where eight are cheaper than seven', () => {
    const cost = costs(8, 2)
    for (let i = 0; i < 60; i++) {
      cost.record(7, 40)
      cost.record(8, 20)
      for (let plain = 0; plain < 4; plain++) cost.record(1, 10)
    }
    expect(cost.estimate(1)).toBeCloseTo(10, 0)
    expect(cost.estimate(7)).toBeCloseTo(40, 0)
    expect(cost.estimate(8)).toBeCloseTo(20, 0)
    expect(cost.estimate(32)).toBeCloseTo(72, 0)
  })

  it('is not thrown off by one stray measurement', () => {
    const cost = costs(8, 2)
    cost.record(1, 10_000)
    expect(cost.estimate(1)).toBeLessThan(16)
    const fresh = new StepCost()
    fresh.record(1, 10)
    fresh.record(8, 10_000)
    expect(fresh.estimate(8)).toBeLessThanOrEqual(100)
    fresh.record(8, 20)
    expect(fresh.estimate(8)).toBeLessThan(75)
  })

  it('takes a slower machine for slower, not for one on which drafts cost less', () => {
    const cost = costs(8, 2)
    for (let i = 0; i < 30; i++) cost.record(1, 20)
    expect(cost.estimate(1)).toBeCloseTo(20, 0)
    expect(cost.relative(8)).toBeCloseTo(2.4, 1)
    expect(cost.estimate(8)).toBeCloseTo(48, 0)
  })

  it('keeps pieces of prompt out of it', () => {
    const cost = costs(8, 2)
    cost.record(512, 1)
    expect(cost.estimate(32)).toBeCloseTo(72, 0)
    expect(cost.age(512)).toBeUndefined()
  })

  it('says how long ago a size was measured', () => {
    const cost = costs(8, 2)
    cost.record(4, 16)
    cost.record(1, 10)
    cost.record(1, 10)
    expect(cost.age(4)).toBe(2)
  })
})
