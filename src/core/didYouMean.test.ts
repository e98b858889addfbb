import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { didYouMean, editDistance } from './didYouMean.ts'

describe('didYouMean', () => {
  it('finds what was meant', () => {
    expect(didYouMean('lsit', ['list', 'show', 'stop'])).toEqual(['list'])
    expect(didYouMean('smolm2', ['smollm2', 'granite', 'qwen3'])).toEqual(['smollm2'])
    expect(didYouMean('GRANTIE', ['granite'])).toEqual(['granite'])
  })
  it('says nothing when nothing is near', () => {
    expect(didYouMean('xyz', ['list', 'show'])).toEqual([])
    expect(didYouMean('', ['list'])).toEqual([])
  })
  it('puts the nearest first and stops at the limit', () => {
    expect(didYouMean('serve', ['server', 'serves', 'serve', 'swerve'], 2)).toEqual(['serve', 'server'])
  })
})

describe('editDistance', () => {
  it('counts a swap of neighbours as one', () => expect(editDistance('prot', 'port')).toBe(1))
  it('is zero only for equal words, symmetric, and at most the longer length', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 12 }), fc.string({ maxLength: 12 }), (a, b) => {
        const d = editDistance(a, b)
        expect(d === 0).toBe(a === b)
        expect(editDistance(b, a)).toBe(d)
        expect(d).toBeLessThanOrEqual(Math.max(a.length, b.length))
        expect(d).toBeGreaterThanOrEqual(Math.abs(a.length - b.length))
      }),
    )
  })
})
