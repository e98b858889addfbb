import { expect, it } from 'vitest'
import { memoryShares } from './memoryShares.ts'
import { loadedModel } from './testing.ts'

const bytes = (...all: Parameters<typeof memoryShares>) => memoryShares(...all).map((share) => share.bytes)

it('gives the models theirs, and the rest to other programs', () => {
  expect(
    memoryShares([loadedModel('a', 20), loadedModel('far', 0)], { memoryTotalBytes: 100, memoryAvailableBytes: 50 }),
  ).toEqual([
    { who: 'model', model: 'a', bytes: 20 },
    { who: 'others', model: null, bytes: 30 },
    { who: 'free', model: null, bytes: 50 },
  ])
})

it('shows nothing below zero where numbers were measured at different moments', () => {
  expect(bytes([loadedModel('a', 80)], { memoryTotalBytes: 100, memoryAvailableBytes: 50 })).toEqual([80, 0, 50])
  expect(bytes([], { memoryTotalBytes: 100, memoryAvailableBytes: 150 })).toEqual([0, 100])
})
