import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { argmax, largest, scoreToken } from './logprobs.ts'

const logits = fc
  .array(fc.float({ noNaN: true, min: -50, max: 50 }), { minLength: 1, maxLength: 60 })
  .map((values) => Float32Array.from(values))

describe('log-probabilities', () => {
  it('add up to one', () => {
    fc.assert(
      fc.property(logits, (values) => {
        let sum = 0
        for (let id = 0; id < values.length; id++) sum += Math.exp(scoreToken(values, id, 0).logprob)
        expect(sum).toBeCloseTo(1, 10)
      }),
    )
  })

  it('are right for a case known by hand', () => {
    const { logprob, top } = scoreToken(Float32Array.from([0, Math.log(3), 0]), 0, 2)
    expect(logprob).toBeCloseTo(Math.log(1 / 5), 6)
    expect(top.map((each) => each.tokenId)).toEqual([1, 0])
    expect(top[0]?.logprob).toBeCloseTo(Math.log(3 / 5), 6)
  })

  it('are never above 0, and survive banned tokens', () => {
    const { logprob, top } = scoreToken(
      Float32Array.from([Number.NEGATIVE_INFINITY, 12, Number.NEGATIVE_INFINITY]),
      1,
      1,
    )
    expect(logprob).toBe(0)
    expect(top).toEqual([{ tokenId: 1, logprob: 0 }])
  })
})

describe('largest', () => {
  it('is what sorting gives', () => {
    fc.assert(
      fc.property(logits, fc.integer({ min: 0, max: 20 }), (values, count) => {
        const sorted = Array.from(values, (value, id) => ({ value, id }))
          .sort((a, b) => b.value - a.value || a.id - b.id)
          .map(({ id }) => id)
        expect(largest(values, count)).toEqual(sorted.slice(0, count))
        expect(argmax(values)).toBe(sorted[0])
      }),
    )
  })
})
