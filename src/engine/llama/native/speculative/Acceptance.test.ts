import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Acceptance } from './Acceptance.ts'

describe('Acceptance', () => {
  it('knows nothing without a match', () => {
    expect(new Acceptance().of(0, 1)).toBe(0)
  })

  it('believes more in longer matches, and in answers that were foreseen, before it has seen any', () => {
    const acceptance = new Acceptance()
    const lengths = [1, 2, 3, 4, 6, 8, 12, 16, 24, 32]
    const byLength = lengths.map((matched) => acceptance.of(matched, 0.4))
    expect(byLength).toEqual([...byLength].sort((a, b) => a - b))
    expect(acceptance.of(8, 0.4)).toBeCloseTo(0.7)
    const byShare = [0, 0.2, 0.4, 0.6, 0.8, 0.95].map((share) => acceptance.of(2, share))
    expect(byShare).toEqual([...byShare].sort((a, b) => a - b))
  })

  it('tells a quotation from a story that has the same two words', () => {
    const acceptance = new Acceptance()
    for (let i = 0; i < 80; i++) {
      acceptance.observe(2, 0.95, true)
      acceptance.observe(2, 0.05, false)
    }
    expect(acceptance.of(2, 0.95)).toBeGreaterThan(0.9)
    expect(acceptance.of(2, 0.05)).toBeLessThan(0.02)
  })

  it('forgets: what held long ago does not count for ever', () => {
    const acceptance = new Acceptance()
    for (let i = 0; i < 400; i++) acceptance.observe(8, 0.5, true)
    for (let i = 0; i < 400; i++) acceptance.observe(8, 0.5, false)
    expect(acceptance.of(8, 0.5)).toBeLessThan(0.1)
  })

  it('is a probability whatever was seen', () => {
    const seen = fc.record({
      matched: fc.nat(60),
      share: fc.float({ min: 0, max: 1, noNaN: true }),
      held: fc.boolean(),
    })
    fc.assert(
      fc.property(fc.array(seen, { maxLength: 400 }), fc.nat(60), (all, matched) => {
        const acceptance = new Acceptance()
        for (const { matched, share, held } of all) acceptance.observe(matched, share, held)
        const chance = acceptance.of(matched, 0.5)
        expect(chance).toBeGreaterThanOrEqual(0)
        expect(chance).toBeLessThanOrEqual(1)
      }),
    )
  })
})
