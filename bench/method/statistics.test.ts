import fc from 'fast-check'
import { expect, it } from 'vitest'
import { median, paired, seededRandom, spread } from './statistics.ts'

const values = fc.array(fc.double({ min: 0.1, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 30 })

it('the median has as many values below as above', () => {
  expect(median([3, 1, 2])).toBe(2)
  expect(median([4, 1, 3, 2])).toBe(2.5)
  fc.assert(
    fc.property(values, (list) => {
      const middle = median(list)
      expect(list.filter((v) => v < middle).length).toBeLessThanOrEqual(list.length / 2)
      expect(list.filter((v) => v > middle).length).toBeLessThanOrEqual(list.length / 2)
    }),
  )
})

it('the interval lies within the range and holds the median', () => {
  fc.assert(
    fc.property(values, (list) => {
      const { min, low, median: middle, high, max } = spread(list, 200)
      expect(min).toBeLessThanOrEqual(low)
      expect(low).toBeLessThanOrEqual(middle)
      expect(middle).toBeLessThanOrEqual(high)
      expect(high).toBeLessThanOrEqual(max)
    }),
  )
})

it('the interval covers the true median about as often as it says', () => {
  const random = seededRandom(7)
  const trials = 300
  let covered = 0
  for (let i = 0; i < trials; i++) {
    const { low, high } = spread(
      Array.from({ length: 15 }, () => random()),
      200,
    )
    if (low <= 0.5 && 0.5 <= high) covered++
  }
  expect(covered / trials).toBeGreaterThan(0.88)
})

it('the same values give the same interval', () => {
  expect(spread([1, 5, 2, 9])).toEqual(spread([1, 5, 2, 9]))
})

it('pairs by round', () => {
  expect(paired([10, 20], [5, 4], (a, b) => a / b)).toEqual([2, 5])
})
