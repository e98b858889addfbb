import { expect, it } from 'vitest'
import type { Measurement } from '../contract.ts'
import { judge } from './judge.ts'

const measured = (ours: number[], peer: number[], target: Measurement['target']): Measurement => ({
  label: 'x',
  unit: 'tokens/s',
  ours,
  peer: { name: 'peer', values: peer },
  ...(target && { target }),
})

it('compares within each round, so that a slow spell of the machine does not count', () => {
  const judged = judge(measured([100, 50, 10], [100, 50, 10], { of: 'ratio', atLeast: 0.95 }))
  expect(judged?.compared).toMatchObject({ min: 1, median: 1, max: 1 })
  expect(judged?.outcome).toBe('met')
})

it.each([
  [[100, 101, 102], 'met'],
  [[80, 81, 82], 'not met'],
  [[80, 99, 99], 'met, unsure'],
  [[80, 81, 120], 'not met, unsure'],
])('%j against 100 with at least 0.95: %s', (ours, outcome) => {
  expect(judge(measured(ours, [100, 100, 100], { of: 'ratio', atLeast: 0.95 }))?.outcome).toBe(outcome)
})

it('knows differences, inverse ratios and plain values', () => {
  expect(judge(measured([90], [40], { of: 'difference', atMost: 60 }))?.outcome).toBe('met')
  expect(judge(measured([90], [20], { of: 'difference', atMost: 60 }))?.outcome).toBe('not met')
  expect(judge(measured([10], [60], { of: 'inverse ratio', atLeast: 5 }))?.compared?.median).toBe(6)
  expect(judge({ label: 'x', unit: 'ms', ours: [900], target: { of: 'value', atMost: 1000 } })?.outcome).toBe('met')
})

it('says how near both sides are to the limit of the same rounds', () => {
  const measurement = { ...measured([50, 30, 60], [100, 60, 120], undefined), limit: [200, 120, 240] }
  expect(judge(measurement)?.limit).toEqual({ at: 200, ours: 25, peer: 50 })
  expect(judge({ label: 'x', unit: 'tokens/s', ours: [50], limit: [200] })?.limit).toMatchObject({ peer: undefined })
  expect(judge(measured([50], [100], undefined))?.limit).toBeUndefined()
})

it('says nothing where nothing was measured', () => {
  expect(judge(measured([], [1], undefined))).toBeUndefined()
  expect(judge(measured([1], [], undefined))).toBeUndefined()
})
