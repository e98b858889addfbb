import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { testModelPath } from '../../../../../test/support/testModel.ts'
import type { Sampling } from '../../../contract.ts'
import { loadNativeApi, type NativeApi } from '../bindings/nativeApi.ts'
import { loadModel, type NativeModel } from '../model/NativeModel.ts'
import { Candidates } from './Candidates.ts'
import { createSampler } from './createSampler.ts'
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

const contextLength = 64
// Any four tokens, not in order of their probabilities.
const first = 3000
const second = 1000
const third = 4000
const rare = 2000
const shares = [
  [first, 0.5],
  [second, 0.3],
  [third, 0.17],
  [rare, 0.03],
] as const
const closeShares = [
  [first, 0.26],
  [second, 0.255],
  [third, 0.245],
  [rare, 0.24],
] as const

/** All other tokens are so improbable that no temperature used here brings them in; but not 0, which has no logarithm. */
function logitsOf(logits: Iterable<readonly [token: number, logit: number]>): Float32Array {
  const all = new Float32Array(model.vocabulary.size).fill(-80)
  for (const [token, logit] of logits) all[token] = logit
  return all
}
const logitsOfShares = (each: readonly (readonly [number, number])[]): Float32Array =>
  logitsOf(each.map(([token, share]) => [token, Math.log(share)]))

/** The token `i` has the rank `i + 1`, and a share of its rank to the power of −1.2: mirostat 1 takes text to be so. */
const zipf = (): Float32Array =>
  Float32Array.from({ length: model.vocabulary.size }, (_, token) => -1.2 * Math.log(token + 1))

interface DrawOptions {
  readonly count?: number
  readonly seed?: number | 'random'
  readonly prompt?: readonly number[]
}

/** Draws from the model's own distribution, but for what `sampling` says. */
function draw(sampling: Sampling, logits: Float32Array, options: DrawOptions = {}): number[] {
  const { count = 1, seed = 1, prompt = [] } = options
  const neutral = { temperature: 1, topK: 0, topP: 1, minP: 0, ...(seed !== 'random' && { seed }) }
  const settings = resolveSampling({ ...neutral, ...sampling }, {}, model.vocabulary.size)
  // A shortlist alone would keep to the largest, whatever the chain does.
  const chosen = { settings, prompt, contextLength, isShortened: false }
  const sampler = createSampler(api, model.vocabulary, candidates, chosen)
  try {
    return Array.from({ length: count }, () => sampler.next(logits))
  } finally {
    sampler.free()
  }
}
const countOf = (tokens: readonly number[], wanted: number): number => tokens.filter((token) => token === wanted).length
const drawnWithSeeds = (sampling: Sampling, logits: Float32Array, seeds: number): Set<number> =>
  new Set(Array.from({ length: seeds }, (_, seed) => draw(sampling, logits, { seed })[0] as number))

describe('steps that cut', () => {
  it('top-k 1 always takes the largest, whatever the seed', () => {
    const logits = logitsOfShares(closeShares)
    expect(drawnWithSeeds({}, logits, 60).size).toBe(4)
    expect(drawnWithSeeds({ topK: 1 }, logits, 60)).toEqual(new Set([first]))
  })

  it.each([2, 3])('top-k %i takes each of the largest and no other, whatever the seed', (topK) => {
    const largest = closeShares.slice(0, topK).map(([token]) => token)
    expect(drawnWithSeeds({ topK }, logitsOfShares(closeShares), 150)).toEqual(new Set(largest))
  })

  it.each<[string, Sampling, number[]]>([
    // 0.5 + 0.3 is enough.
    ['top-p', { topP: 0.75 }, [first, second]],
    // At least 0.3 · 0.5.
    ['min-p', { minP: 0.3 }, [first, second, third]],
    // The entropy is 1.11 nats; the surprises are 0.69, 1.20, 1.77 and 3.51. The nearest come first: 0.3 + 0.5 is enough.
    ['typical', { typicalP: 0.75 }, [first, second]],
    // The most typical token is not the most probable one.
    ['typical, alone', { typicalP: 0.2 }, [second]],
  ])('%s cuts the tail off', (_name, sampling, kept) => {
    const logits = logitsOfShares(shares)
    const plain = draw({}, logits, { count: 500 })
    expect(new Set(plain)).toEqual(new Set([first, second, third, rare]))
    expect(new Set(draw(sampling, logits, { count: 500 }))).toEqual(new Set(kept))
  })

  it('XTC takes away all but the least of those that pass the threshold', () => {
    const logits = logitsOfShares(shares)
    const drawn = (probability: number, threshold: number): Set<number> =>
      new Set(draw({ xtc: { probability, threshold } }, logits, { count: 300 }))
    expect(drawn(1, 0.25)).toEqual(new Set([second, third, rare]))
    expect(drawn(1, 0.1)).toEqual(new Set([third, rare]))
    // Only one passes: nothing is taken away.
    expect(drawn(1, 0.4)).toEqual(new Set([first, second, third, rare]))
    const half = countOf(draw({ xtc: { probability: 0.5, threshold: 0.25 } }, logits, { count: 500 }), first)
    expect(half).toBeGreaterThan(75)
    expect(half).toBeLessThan(175)
  })

  it('they look at the model’s own distribution, not at that of the temperature', () => {
    const logits = logitsOfShares(shares)
    expect(new Set(draw({ topP: 0.75, temperature: 4 }, logits, { count: 300 }))).toEqual(new Set([first, second]))
  })
})

describe('temperature', () => {
  const logits = (): Float32Array =>
    logitsOfShares([
      [first, 0.9],
      [second, 0.1],
    ])

  it.each<[string, Sampling]>([
    ['drawing', {}],
    // So that mirostat cuts nothing.
    ['mirostat 2', { mirostat: { version: 2, tau: 50, eta: 0 } }],
  ])('flattens when it is high, and sharpens when it is low (%s)', (_name, sampling) => {
    const seconds = (temperature: number): number =>
      countOf(draw({ ...sampling, temperature }, logits(), { count: 500 }), second)
    // Expected: 500 · 0.012, 0.1 and 0.325.
    expect(seconds(0.5)).toBeLessThan(20)
    expect(seconds(1)).toBeGreaterThan(30)
    expect(seconds(1)).toBeLessThan(80)
    expect(seconds(3)).toBeGreaterThan(120)
    expect(seconds(3)).toBeLessThan(210)
  })

  it('of 0 takes the largest, with penalties and bias too', () => {
    expect(drawnWithSeeds({ temperature: 0 }, logits(), 20)).toEqual(new Set([first]))
    const sampling = { temperature: 0, presencePenalty: 0.1, logitBias: new Map([[rare, 1]]) }
    expect(drawnWithSeeds(sampling, logits(), 20)).toEqual(new Set([first]))
  })
})

/** The largest after bias and penalties. */
const greedy = (sampling: Sampling, logits: Float32Array, prompt: readonly number[] = []): number =>
  draw({ temperature: 0, ...sampling }, logits, { prompt })[0] as number

describe('penalties', () => {
  const lead = (by: number): Float32Array =>
    logitsOf([
      [first, 2],
      [second, 2 - by],
    ])

  it.each<[string, Sampling]>([
    ['repeat', { repeatPenalty: 1.5 }],
    ['presence', { presencePenalty: 0.5 }],
    ['frequency', { frequencyPenalty: 0.5 }],
  ])('%s demotes what is in the prompt or was drawn', (_name, sampling) => {
    expect(greedy({}, lead(0.2), [first])).toBe(first)
    expect(greedy(sampling, lead(0.2))).toBe(first)
    expect(greedy(sampling, lead(0.2), [first])).toBe(second)
    expect(draw({ temperature: 0, ...sampling }, lead(0.2), { count: 2 })).toEqual([first, second])
  })

  it('frequency counts how often, presence and repeat do not', () => {
    const prompt = [first, first, first]
    expect(greedy({ frequencyPenalty: 0.5 }, lead(1), [first])).toBe(first)
    expect(greedy({ frequencyPenalty: 0.5 }, lead(1), prompt)).toBe(second)
    expect(greedy({ presencePenalty: 0.5 }, lead(1), prompt)).toBe(first)
    expect(greedy({ repeatPenalty: 1.5 }, lead(1), prompt)).toBe(first)
  })

  it('look back as far as they are told', () => {
    const prompt = [first, third, third, third]
    const demoted = (repeatLastN: number): boolean =>
      greedy({ presencePenalty: 0.5, repeatLastN }, lead(0.2), prompt) === second
    expect([0, 3, 4, -1].map(demoted)).toEqual([false, false, true, true])
  })

  it('a bias lifts, lowers and bans', () => {
    const biased = (token: number, bias: number): number => greedy({ logitBias: new Map([[token, bias]]) }, lead(0.2))
    expect(biased(second, 0.1)).toBe(first)
    expect(biased(second, 0.3)).toBe(second)
    expect(biased(first, -0.3)).toBe(second)
    expect(biased(first, -100)).toBe(second)
    // A bias comes before the cut.
    expect(drawnWithSeeds({ topK: 1, logitBias: new Map([[second, 0.3]]) }, lead(0.2), 20)).toEqual(new Set([second]))
  })
})

describe('DRY', () => {
  const word = (text: string): number => {
    const tokens = model.vocabulary.tokenize(text, false, false)
    expect(tokens).toHaveLength(1)
    return tokens[0] as number
  }

  it('demotes the token that would continue a repetition', () => {
    const a = word(' red')
    const b = word(' green')
    const c = word(' blue')
    const other = word(' lamp')
    const end = word('\n')
    const logits = (by: number): Float32Array =>
      logitsOf([
        [c, 2],
        [other, 2 - by],
      ])
    const prompt = [a, b, c, other, a, b]
    expect(greedy({}, logits(0.5), prompt)).toBe(c)
    expect(greedy({ dry: { multiplier: 1 } }, logits(0.5), prompt)).toBe(other)
    expect(greedy({ dry: { multiplier: 1 } }, logits(0.5), [a, b, c, other, b, a])).toBe(c)
    // The penalty is multiplier · base^(repeated − allowed): here 1 · 3^(2 − 1).
    expect(greedy({ dry: { multiplier: 1, base: 3, allowedLength: 1 } }, logits(2.5), prompt)).toBe(other)
    expect(greedy({ dry: { multiplier: 1, base: 2, allowedLength: 1 } }, logits(2.5), prompt)).toBe(c)
    expect(greedy({ dry: { multiplier: 1, allowedLength: 3 } }, logits(0.5), prompt)).toBe(c)
    // As far back as it is told.
    expect(greedy({ dry: { multiplier: 1, lastN: 6 } }, logits(0.5), prompt)).toBe(other)
    expect(greedy({ dry: { multiplier: 1, lastN: 4 } }, logits(0.5), prompt)).toBe(c)
    // A line's end is no part of a repetition.
    expect(greedy({ dry: { multiplier: 1 } }, logits(0.5), [end, b, c, other, end, b])).toBe(c)
  })
})

describe.each([1, 2] as const)('mirostat %i', (version) => {
  it('keeps to the top with a small tau and spreads with a large one', () => {
    const small = draw({ mirostat: { version, tau: 0.1 } }, zipf(), { count: 200 })
    expect(countOf(small, 0)).toBeGreaterThan(190)
    const large = draw({ mirostat: { version, tau: 10, eta: 0 } }, zipf(), { count: 200 })
    // The largest has a share of 0.2.
    expect(countOf(large, 0)).toBeLessThan(80)
    expect(new Set(large).size).toBeGreaterThan(40)
  })

  it('learns as fast as eta says', () => {
    const last = (eta: number): number =>
      Math.max(...draw({ mirostat: { version, tau: 3, eta } }, zipf(), { count: 200 }))
    // Surprises of 2 · tau = 6 bits at most: the first eight or nine tokens, until something is learnt.
    expect(last(0)).toBeLessThan(10)
    expect(last(0.5)).toBeGreaterThan(10)
  })
})

describe('seed', () => {
  it.each<[string, Sampling, readonly (readonly [number, number])[]]>([
    ['drawing', {}, closeShares],
    ['mirostat 1', { mirostat: { version: 1, tau: 5 } }, []],
    ['mirostat 2', { mirostat: { version: 2, tau: 5 } }, []],
    // So cold that only XTC's own chance is left.
    ['XTC', { xtc: { probability: 0.5, threshold: 0.1 }, temperature: 0.01 }, shares],
  ])('the same gives the same, another one something else (%s)', (_name, sampling, each) => {
    const logits = each.length > 0 ? logitsOfShares(each) : zipf()
    const drawn = (seed: number | 'random'): number[] => draw(sampling, logits, { count: 100, seed })
    expect(drawn(7)).toEqual(drawn(7))
    expect(drawn(7)).not.toEqual(drawn(8))
    expect(drawn('random')).not.toEqual(drawn('random'))
  })
})
