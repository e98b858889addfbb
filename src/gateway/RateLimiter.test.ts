import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SanjhaError, systemClock } from '../core/index.ts'
import { RateLimiter } from './RateLimiter.ts'

function setUp(perMinute: number) {
  let now = 1000
  const limiter = new RateLimiter(perMinute, { ...systemClock, monotonic: () => now })
  const take = (caller = 'a'): number | undefined => {
    try {
      limiter.take(caller)
      return undefined
    } catch (error) {
      expect(SanjhaError.from(error)).toMatchObject({ code: 'rate_limited', status: 429, retryable: true })
      return SanjhaError.from(error).details?.['retryAfterSeconds'] as number
    }
  }
  const pass = (seconds: number): void => {
    now += seconds * 1000
  }
  return { take, pass }
}

describe('RateLimiter', () => {
  it('lets a minute’s worth pass at once, and says when the next one may come', () => {
    const { take, pass } = setUp(3)
    expect([take(), take(), take()]).toEqual([undefined, undefined, undefined])
    expect(take()).toBe(20)
    pass(19)
    expect(take()).toBe(1)
    pass(1)
    expect(take()).toBeUndefined()
    expect(take()).toBe(20)
  })

  it('counts each caller for itself', () => {
    const { take } = setUp(1)
    expect([take('a'), take('b')]).toEqual([undefined, undefined])
    expect([take('a'), take('b')]).toEqual([60, 60])
  })

  it('limits nothing at 0', () => {
    const { take } = setUp(0)
    for (let i = 0; i < 1000; i++) expect(take()).toBeUndefined()
  })

  it('never lets more pass than a minute’s worth and what has filled up since', () => {
    const steps = fc.array(fc.tuple(fc.nat(30), fc.integer({ min: 1, max: 20 })), { maxLength: 60 })
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 60 }), steps, (perMinute, all) => {
        const { take, pass } = setUp(perMinute)
        let [seconds, passed] = [0, 0]
        for (const [wait, requests] of all) {
          pass(wait)
          seconds += wait
          for (let i = 0; i < requests; i++) if (take() === undefined) passed++
          expect(passed).toBeLessThanOrEqual(perMinute + (seconds * perMinute) / 60 + 1e-6)
        }
      }),
    )
  })

  it('lets the next one pass when it said so', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 600 }), fc.nat(120), (perMinute, quiet) => {
        const { take, pass } = setUp(perMinute)
        pass(quiet)
        let wait = take()
        while (wait === undefined) wait = take()
        pass(wait)
        expect(take()).toBeUndefined()
      }),
    )
  })
})
