import fc from 'fast-check'
import { expect, test } from 'vitest'
import { comparePythonVersions, isPythonPreRelease } from './pythonVersion.ts'

// In the order that PEP 440 gives.
const ordered = [
  'nonsense',
  '1.0.dev1',
  '1.0a1.dev1',
  '1.0a1',
  '1.0a2',
  '1.0b1',
  '1.0rc1',
  '1.0',
  '1.0.post1.dev1',
  '1.0.post1',
  '1.0.1',
  '1.1',
  '1.9',
  '1.10',
  '2024.1',
  '1!0.1',
]

test('order', () => {
  for (const [i, a] of ordered.entries()) {
    for (const [j, b] of ordered.entries())
      expect([a, b, comparePythonVersions(a, b)]).toEqual([a, b, Math.sign(i - j)])
  }
})

test('property: sorting is stable under shuffling', () => {
  fc.assert(
    fc.property(fc.shuffledSubarray(ordered, { minLength: ordered.length }), (shuffled) => {
      expect(shuffled.toSorted(comparePythonVersions)).toEqual(ordered)
    }),
  )
})

test('spellings of one version', () => {
  for (const [a, b] of [
    ['1.0', '1'],
    ['1.0.0', '1.0'],
    ['1.0RC1', '1.0-rc.1'],
    ['1.0-1', '1.0.post1'],
    ['1.0+local', '1.0'],
    ['v1.0', '1.0'],
  ] as const) {
    expect(comparePythonVersions(a, b)).toBe(0)
  }
})

test('pre-releases', () => {
  expect(['1.0a1', '1.0.dev3', '1.0rc1', 'nonsense'].every(isPythonPreRelease)).toBe(true)
  expect(['1.0', '1.0.post1', '2!1'].some(isPythonPreRelease)).toBe(false)
})
