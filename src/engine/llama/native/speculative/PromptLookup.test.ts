import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { PromptLookup } from './PromptLookup.ts'

function filled(tokens: readonly number[]): PromptLookup {
  const lookup = new PromptLookup()
  for (const token of tokens) lookup.add(token)
  return lookup
}

describe('PromptLookup', () => {
  it('proposes what followed the last two tokens before', () => {
    expect(filled([1, 2, 3, 4, 9, 1, 2]).propose(3)).toEqual([3, 4, 9])
  })

  it('proposes nothing where nothing repeats', () => {
    const lookup = filled([1, 2, 3, 4, 5])
    expect(lookup.propose(4)).toEqual([])
    expect(lookup.proposed).toBe(-1)
    expect(lookup.matched).toBe(0)
  })

  it('takes the place with the longer match, when one of eight is found', () => {
    const run = [11, 12, 13, 14, 15, 16, 17, 18]
    expect(filled([...run, 1, 17, 18, 2, ...run]).propose(1)).toEqual([1])
  })

  it('goes on by itself as long as the text repeats', () => {
    const lookup = filled([1, 2, 3, 4, 5, 6, 7, 1, 2])
    for (const token of [3, 4, 5, 6]) {
      expect(lookup.proposed).toBe(token)
      lookup.add(token)
    }
    expect(lookup.matched).toBe(6)
    lookup.add(99)
    expect(lookup.matched).toBe(0)
  })

  it('goes on where an edited text goes on, with the first equal token', () => {
    const text = [11, 12, 13, 14, 15, 16, 17, 18, 19, 20]
    const edited = filled([...text, 1, 11, 12, 13, 14, 15, 99])
    expect(edited.proposed).toBe(-1)
    edited.add(17)
    expect(edited.propose(3)).toEqual([18, 19, 20])
    expect(edited.matched).toBe(1)
    edited.add(18)
    expect(edited.matched).toBe(2)
  })

  it('does not go on far from where a match broke off, or long after', () => {
    const text = Array.from({ length: 40 }, (_, i) => 100 + i)
    const lost = [...text, 1, ...text.slice(0, 6), 99]
    expect(filled([...lost, 130]).proposed).toBe(-1)
    expect(filled([...lost, 110]).proposed).toBe(111)
    expect(filled([...lost, ...Array.from({ length: 12 }, (_, i) => 200 + i), 110]).proposed).toBe(-1)
  })

  it('repeats from the end where the match runs into it', () => {
    expect(filled([5, 6, 5, 6, 5, 6]).propose(5)).toEqual([5, 6, 5, 6, 5])
  })

  it('never proposes but what really followed an equal run', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 80 }), (tokens) => {
        const lookup = filled(tokens)
        const { matched, proposed } = lookup
        if (proposed < 0) return
        const text = `,${tokens.join(',')},`
        const last = tokens.slice(tokens.length - matched)
        expect(matched).toBeGreaterThanOrEqual(1)
        expect(text).toContain(`,${[...last, proposed].join(',')},`)
      }),
    )
  })

  it('finds a repeated pair wherever there is one', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 3, maxLength: 40 }), (tokens) => {
        const [a, b] = tokens.slice(-2)
        const isRepeated = tokens.some((token, i) => i < tokens.length - 2 && token === a && tokens[i + 1] === b)
        expect(filled(tokens).matched >= 2).toBe(isRepeated)
      }),
    )
  })
})
