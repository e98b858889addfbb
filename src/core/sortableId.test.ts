import { expect, it } from 'vitest'
import { sortableId } from './sortableId.ts'

it('sorts as it was made, within a millisecond and when the clock is set back', () => {
  const ids = [5, 5, 5, 4, 6, 1000, 999].map((now) => sortableId('x', now + 1e12))
  expect(ids.toSorted()).toEqual(ids)
  expect(new Set(ids).size).toBe(ids.length)
  for (const id of ids) expect(id).toMatch(/^x_[0-9a-z]{26}$/)
})
