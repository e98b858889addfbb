import { expect, it } from 'vitest'
import { parameterCount } from './parameterCount.ts'

it.each([
  [134_515_008, 134_515_008],
  ['350M', 350e6],
  ['1B (1.5B class)', 1e9],
  ['22.7M', 22.7e6],
  ['<1M', 1e6],
  ['2B (3B with encoder)', 2e9],
  ['many', undefined],
  ['.M', undefined],
  [null, undefined],
])('%j is %s', (written, count) => {
  expect(parameterCount(written)).toBe(count)
})
