import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { testModelPath } from '../../../../../test/support/testModel.ts'
import type { Sampling } from '../../../contract.ts'
import { loadNativeApi, type NativeApi } from '../bindings/nativeApi.ts'
import { loadModel, type NativeModel } from '../model/NativeModel.ts'
import { Candidates } from './Candidates.ts'
import { createSampler } from './createSampler.ts'
import { Shortlister } from './Shortlister.ts'
import { resolveSampling } from './settings.ts'

let api: NativeApi
let model: NativeModel
let candidates: Candidates

beforeAll(async () => {
  api = loadNativeApi(undefined, 'cpu')
  model = await loadModel(api, { path: await testModelPath() })
  candidates = new Candidates(api, model.vocabulary.size)
})
afterAll(() => {
  candidates.free()
  model.free()
})

/**
 * Logits that look like a model's: most are small, and the tokens below 40 are often on top, so that penalties matter.
 *
 * No two are equal, because of equal ones either may come first: in units of 2^-19 each is a multiple of 2^17 (a quarter)
 * and an odd number below that, another one for each token. That is exact in a float, and stays different when penalties
 * halve, double, or subtract halves.
 */
function logitsOf(seed: number): Float32Array {
  let state = seed
  const random = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
  return Float32Array.from({ length: model.vocabulary.size }, (_, token) => {
    const logit = 4 * (random() + random() + random()) + (token < 40 ? 6 * random() : 0)
    const own = 2 * ((token * 40_503) % 2 ** 16) + 1
    return (Math.floor(logit * 4) * 2 ** 17 + own) / 2 ** 19
  })
}

const sampling: fc.Arbitrary<Sampling> = fc.record(
  {
    temperature: fc.constantFrom(0, 0.3, 1, 2),
    topK: fc.integer({ min: 1, max: 60 }),
    topP: fc.constantFrom(0.5, 0.95, 1),
    minP: fc.constantFrom(0, 0.05),
    typicalP: fc.constantFrom(0.9, 1),
    repeatPenalty: fc.constantFrom(1, 2, 0.5),
    presencePenalty: fc.constantFrom(0, 0.5, -2),
    frequencyPenalty: fc.constantFrom(0, 0.5),
    repeatLastN: fc.constantFrom(0, 3, 64),
    xtc: fc.constantFrom({ probability: 0.5, threshold: 0.05 }),
    logitBias: fc.constantFrom(
      new Map([[7, 5]]),
      new Map([
        [40_000, 20],
        [3, -100],
      ]),
    ),
  },
  { requiredKeys: ['temperature', 'topK'] },
)

it('no two of the logits are equal', () => {
  const logits = logitsOf(7)
  expect(new Set(logits).size).toBe(logits.length)
})

it('the same tokens are drawn from the few that matter as from all', () => {
  let shortened = 0
  fc.assert(
    fc.property(sampling, fc.nat(), fc.array(fc.nat({ max: 39 }), { maxLength: 80 }), (asked, seed, prompt) => {
      const settings = resolveSampling({ ...asked, seed }, {}, model.vocabulary.size)
      if (Shortlister.for(settings, prompt, 512) !== undefined) shortened++
      const draw = (isShortened: boolean): number[] => {
        const options = { settings, prompt, contextLength: 512, isShortened }
        const sampler = createSampler(api, model.vocabulary, candidates, options)
        const tokens = Array.from({ length: 8 }, (_, step) => sampler.next(logitsOf(seed + step)))
        sampler.free()
        return tokens
      }
      expect(draw(true)).toEqual(draw(false))
    }),
    { numRuns: 60 },
  )
  expect(shortened).toBeGreaterThan(30)
})
