import fc from 'fast-check'
import { expect, it } from 'vitest'
import { type Shares, steadyShare } from './steadyShare.ts'

const at = (completed: number, total: number | null, step = 'download') =>
  ({ state: 'running', progress: { step, completed, total, unit: 'bytes', rate: null, eta: null } }) as const

it('never goes back in a step, whatever comes', () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ n: fc.integer({ min: -5, max: 15 }), step: fc.constantFrom('a', 'b') })),
      (all) => {
        let shown: Shares = {}
        const last: Record<string, number> = {}
        for (const { n, step } of all) {
          const [share, next] = steadyShare(shown, at(n, 10, step))
          shown = next
          expect(share).toBeGreaterThanOrEqual(last[step] ?? 0)
          expect(share).toBeLessThanOrEqual(1)
          last[step] = share ?? 0
        }
      },
    ),
  )
})

it('begins anew with another size, and knows nothing without one', () => {
  const [, shown] = steadyShare({}, at(9, 10))
  expect(steadyShare(shown, at(5, 100))[0]).toBe(0.05)
  expect(steadyShare(shown, at(5, null))[0]).toBeNull()
  expect(steadyShare(shown, at(5, 0))[0]).toBeNull()
  expect(steadyShare({}, { state: 'queued', progress: null })[0]).toBeNull()
  expect(steadyShare({}, { state: 'succeeded', progress: null })[0]).toBe(1)
})
