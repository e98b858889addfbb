import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { estimateSpeed, soundsLikeExperts } from './estimateSpeed.ts'

const small = { name: 'small', weightsBytes: 1e8, tokensPerSecond: 50 }
const large = { name: 'large', weightsBytes: 4e9, tokensPerSecond: 2 }

describe('estimateSpeed', () => {
  it('invents nothing', () => {
    expect(estimateSpeed(1e9, [])).toBeNull()
    expect(estimateSpeed(0, [small])).toBeNull()
  })

  it('takes the model that is nearest in size, and says which', () => {
    expect(estimateSpeed(2e8, [large, small])).toEqual({ tokensPerSecond: 25, how: 'estimated', from: 'small' })
    expect(estimateSpeed(8e9, [small, large])).toEqual({ tokensPerSecond: 1, how: 'estimated', from: 'large' })
  })

  it('never says that a larger model is faster than a smaller one by the same measure', () => {
    const sizes = fc.tuple(fc.integer({ min: 1, max: 1e12 }), fc.integer({ min: 1, max: 1e12 }))
    fc.assert(
      fc.property(sizes, ([a, b]) => {
        const [little, big] = a < b ? [a, b] : [b, a]
        const [fast, slow] = [little, big].map((size) => estimateSpeed(size, [small])?.tokensPerSecond ?? 0)
        expect(fast).toBeGreaterThanOrEqual(slow as number)
        expect(slow).toBeGreaterThan(0)
      }),
    )
  })
})

it('knows mixtures of experts by their names', () => {
  const experts = ['granite-3.1-1b-a400m-instruct', 'qwen3-30b-a3b', 'olmoe-1b-7b-0924-instruct', 'gpt-oss-20b']
  expect(experts.filter((name) => !soundsLikeExperts(name))).toEqual([])
  const dense = ['granite-4.0-350m', 'qwen3-4b', 'granite-4.0-h-1b', 'llama-3.2-1b-instruct', 'smollm2-135m-instruct']
  expect(dense.filter(soundsLikeExperts)).toEqual([])
})
