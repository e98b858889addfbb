import { describe, expect, it } from 'vitest'
import { SanjhaError } from '../../../../core/index.ts'
import type { Sampling } from '../../../contract.ts'
import { isPlainGreedy, resolveSampling } from './settings.ts'

describe('resolveSampling', () => {
  it('takes the request before the model’s default before its own', () => {
    const defaults = { temperature: 0.3, topK: 7 }
    expect(resolveSampling({ topK: 9 }, defaults)).toMatchObject({ temperature: 0.3, topK: 9, topP: 0.95 })
  })

  it.each<[Sampling, string]>([
    [{ temperature: -1 }, 'temperature'],
    [{ temperature: Number.NaN }, 'temperature'],
    [{ topP: 2 }, 'top_p'],
    [{ repeatPenalty: 0 }, 'repeat_penalty'],
    [{ repeatLastN: -2 }, 'repeat_last_n'],
    [{ presencePenalty: Number.POSITIVE_INFINITY }, 'presence_penalty'],
    [{ dry: { multiplier: 1, base: 0 } }, 'dry_base'],
    [{ mirostat: { version: 2, tau: Number.NaN } }, 'mirostat_tau'],
    [{ logitBias: new Map([[100, 1]]) }, 'logit_bias'],
    [{ logitBias: new Map([[1, Number.NaN]]) }, 'logit_bias'],
    [{ seed: Number.NaN }, 'seed'],
  ])('refuses %j and names the field', (sampling, param) => {
    try {
      resolveSampling(sampling, {}, 50)
      expect.unreachable()
    } catch (error) {
      expect(SanjhaError.is(error) && error.code).toBe('invalid_request')
      expect(SanjhaError.is(error) && error.param).toBe(param)
    }
  })

  it('bans a token at −100, as OpenAI has it', () => {
    expect(resolveSampling({ logitBias: new Map([[3, -100]]) }).logitBias).toEqual([
      { token: 3, bias: Number.NEGATIVE_INFINITY },
    ])
  })

  it('keeps any seed within 32 bits and away from the one that means random', () => {
    expect(resolveSampling({ seed: 2 ** 32 - 1 }).seed).toBe(0xfffffffe)
    expect(resolveSampling({ seed: -5 }).seed).toBe(5)
    expect(resolveSampling({ seed: 2 ** 40 + 3 }).seed).toBe(3)
  })

  it('needs no native sampler only when nothing but the largest logit counts', () => {
    expect(isPlainGreedy(resolveSampling({ temperature: 0 }))).toBe(true)
    expect(isPlainGreedy(resolveSampling({ temperature: 0, topP: 0.5, minP: 0.1 }))).toBe(true)
    expect(isPlainGreedy(resolveSampling({ temperature: 0, presencePenalty: 1 }))).toBe(false)
    expect(isPlainGreedy(resolveSampling({ temperature: 0, logitBias: new Map([[1, 5]]) }))).toBe(false)
    expect(isPlainGreedy(resolveSampling({ temperature: 0.1 }))).toBe(false)
  })
})
