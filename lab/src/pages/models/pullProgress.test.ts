import fc from 'fast-check'
import { expect, it } from 'vitest'
import { advance, type PullProgress } from './pullProgress.ts'
import { pullRun } from './testing.ts'

const download = (completed: number, total: number | null, step = 'download') =>
  pullRun('m', { progress: { step, completed, total, rate: 10, eta: 5 } })

it('never goes back, whatever order the news come in, and never beyond the whole', () => {
  const news = fc.record({
    step: fc.constantFrom('find the model', 'download', 'verify', 'store', 'something new'),
    completed: fc.nat(200),
    total: fc.constantFrom(100, null),
    state: fc.constantFrom('queued', 'running', 'cancelled'),
  })
  fc.assert(
    fc.property(fc.array(news), (all) => {
      let shown: PullProgress | undefined
      for (const { step, completed, total, state } of all) {
        const next = advance(shown, { ...download(completed, total, step), state: state as 'running' })
        expect(next.completed).toBeGreaterThanOrEqual(
          Math.min(shown?.completed ?? 0, next.total ?? Number.POSITIVE_INFINITY),
        )
        expect(next.fraction ?? 0).toBeGreaterThanOrEqual(shown?.fraction ?? 0)
        expect(next.fraction ?? 0).toBeLessThanOrEqual(1)
        shown = next
      }
    }),
  )
})

it('goes on where it was when a resumed pull looks for its source again', () => {
  const half = advance(undefined, download(50, 100))
  expect(half).toMatchObject({ step: 'downloading', fraction: 0.5, rate: 10, eta: 5 })
  expect(advance(half, download(0, null, 'find the model'))).toMatchObject({
    step: 'finding',
    fraction: 0.5,
    rate: null,
  })
  expect(advance(half, download(20, 100))).toMatchObject({ fraction: 0.5 })
  expect(advance(half, download(0, null, 'verify'))).toMatchObject({ step: 'verifying', fraction: 1 })
})

it('begins anew when the file turns out to be another one', () => {
  expect(advance(advance(undefined, download(90, 100)), download(10, 1000))).toMatchObject({
    completed: 10,
    fraction: 0.01,
  })
})

it('knows no fraction as long as nobody says the size', () => {
  expect(advance(undefined, pullRun('m', { state: 'queued' }))).toMatchObject({ step: 'waiting', fraction: null })
  expect(advance(undefined, download(7, null))).toMatchObject({ completed: 7, total: null, fraction: null })
})
