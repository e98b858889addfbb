import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { promptBudget, shareBudget } from './promptBudget.ts'

describe('promptBudget', () => {
  it('is the whole batch while nobody writes', () => {
    expect(promptBudget(512, 0, 5)).toBe(512)
  })

  it('keeps streams flowing: fewer tokens the dearer they are', () => {
    expect(promptBudget(512, 4, 3)).toBe(40)
    expect(promptBudget(512, 4, 100)).toBe(16)
    expect(promptBudget(512, 4, 0.01)).toBe(508)
    expect(promptBudget(512, 4, 0)).toBe(64)
  })

  it('is never less than one', () => {
    expect(promptBudget(8, 8, 3)).toBe(1)
  })
})

describe('shareBudget', () => {
  it('gives equal shares, and what one leaves to the others', () => {
    expect(shareBudget(90, [1000, 1000, 1000])).toEqual([30, 30, 30])
    expect(shareBudget(90, [10, 1000, 1000])).toEqual([10, 40, 40])
    expect(shareBudget(2, [5, 5, 5])).toEqual([1, 1, 0])
  })

  it('never gives more than wanted or than there is, and leaves nothing that somebody wants', () => {
    fc.assert(
      fc.property(fc.nat(600), fc.array(fc.nat(700), { maxLength: 10 }), (budget, wanted) => {
        const shares = shareBudget(budget, wanted)
        const total = shares.reduce((a, b) => a + b, 0)
        shares.forEach((share, i) => {
          expect(share).toBeLessThanOrEqual(wanted[i] as number)
        })
        expect(total).toBe(
          Math.min(
            budget,
            wanted.reduce((a, b) => a + b, 0),
          ),
        )
      }),
    )
  })
})
