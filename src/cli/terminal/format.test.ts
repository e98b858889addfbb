import { describe, expect, it } from 'vitest'
import { formatAge, formatCount, formatUntil } from './format.ts'

describe('formatCount', () => {
  it.each([
    [0, '0'],
    [999, '999'],
    [134_515_008, '135M'],
    [1_500, '1.5K'],
    [999_999, '1M'],
    [7_240_000_000, '7.2B'],
  ])('%d is %s', (count, text) => {
    expect(formatCount(count)).toBe(text)
  })
})

describe('formatAge', () => {
  it.each([
    [0, 'just now'],
    [42_000, '42 seconds ago'],
    [60_000, '1 minute ago'],
    [7_200_000, '2 hours ago'],
    [3 * 86_400_000, '3 days ago'],
    [-5_000, 'just now'],
  ])('%d ms is %s', (ms, text) => {
    expect(formatAge(1e12 - ms, 1e12)).toBe(text)
  })

  it('looks forward too', () => {
    expect(formatUntil(1e12 + 4 * 60_000, 1e12)).toBe('in 4 minutes')
  })
})
