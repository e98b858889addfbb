import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { shortlist } from './shortlist.ts'

const values = fc
  .array(fc.oneof(fc.float({ noNaN: true }), fc.constantFrom(0, 1, 2, Number.NEGATIVE_INFINITY)), {
    minLength: 1,
    maxLength: 3000,
  })
  .map((list) => Float32Array.from(list))

describe('shortlist', () => {
  it('holds every value that is among the largest, and each of their equals, once and in order', () => {
    fc.assert(
      fc.property(values, fc.integer({ min: 1, max: 12 }), (list, count) => {
        const found = shortlist(list, count)
        if (found === undefined) return
        const least = list.toSorted()[list.length - count] as number
        const wanted = Array.from(list.keys()).filter((index) => (list[index] as number) >= least)
        expect(found).toEqual(expect.arrayContaining(wanted))
        expect(found).toEqual([...new Set(found)].sort((a, b) => a - b))
        const worst = Math.min(...found.map((index) => list[index] as number))
        expect(Array.from(list.keys()).filter((index) => (list[index] as number) >= worst)).toEqual(found)
      }),
    )
  })

  it('is short for a vocabulary', () => {
    const list = Float32Array.from({ length: 50_000 }, (_, index) => Math.sin(index * index))
    expect(shortlist(list, 40)?.length).toBeLessThan(200)
  })

  it('is none where it would not be short, or where nothing has a chance', () => {
    const list = Float32Array.from({ length: 640 }, (_, index) => index)
    expect(shortlist(list, 2)).toEqual(expect.arrayContaining([638, 639]))
    expect(shortlist(list, 3)).toBeUndefined()
    expect(shortlist(list, 0)).toBeUndefined()
    expect(shortlist(list.fill(Number.NEGATIVE_INFINITY), 1)).toBeUndefined()
  })
})
