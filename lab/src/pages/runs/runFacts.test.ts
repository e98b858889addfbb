import { expect, it } from 'vitest'
import { madeModel, takenSeconds, usedEnergy } from './runFacts.ts'

it.each([
  ['pull', 'succeeded', { name: 'smollm2', digest: 'sha256:1' }, 'smollm2'],
  ['pull', 'failed', null, null],
  ['teach', 'succeeded', { name: 'mine', digest: 'sha256:2' }, 'mine'],
  ['engine-install', 'succeeded', { name: 'vulkan', installed: true }, null],
  ['pull', 'succeeded', 'odd', null],
] as const)('%s, %s, %j made %s', (kind, state, result, model) => {
  expect(madeModel({ kind, state, result })).toBe(model)
})

it('knows energy only where it was measured', () => {
  expect(usedEnergy({ result: { energy: { joules: 12.5 } } })).toBe(12.5)
  for (const result of [null, {}, { energy: null }, { energy: { joules: 0 } }, { energy: { joules: '5' } }]) {
    expect(usedEnergy({ result })).toBeNull()
  }
})

it('counts from the last start to the end, or to now', () => {
  const startedAt = '2026-11-24T10:00:00.000Z'
  expect(takenSeconds({ startedAt, endedAt: '2026-11-24T10:01:00.000Z' }, 0)).toBe(60)
  expect(takenSeconds({ startedAt, endedAt: null }, Date.parse(startedAt) + 5_000)).toBe(5)
  // The clocks of server and browser differ.
  expect(takenSeconds({ startedAt, endedAt: null }, Date.parse(startedAt) - 5_000)).toBe(0)
  expect(takenSeconds({ startedAt: null, endedAt: null }, 0)).toBeNull()
})
