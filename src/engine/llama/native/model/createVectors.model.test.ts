import { beforeAll, describe, expect, it } from 'vitest'
import { testModelPath } from '../../../../../test/support/testModel.ts'
import type { EmbedOptions } from '../../../contract.ts'
import { never } from '../../../testing/requests.ts'
import { loadNativeApi } from '../bindings/nativeApi.ts'
import { createNativeEngine } from '../createNativeEngine.ts'
import { createContext } from './NativeContext.ts'
import { loadModel } from './NativeModel.ts'
import { type Pooling, poolingTypes } from './pooling.ts'

const modelPath = await testModelPath()
const text = 'Ada makes lamps of glass and driftwood.'
const oneToken = ' lamps'

/** Vectors of `text`, whole and cut to eight values, as they are and of unit length; and that of `oneToken`, as it is. */
interface Vectors {
  readonly plain: Float32Array
  readonly unit: Float32Array
  readonly short: Float32Array
  readonly shortUnit: Float32Array
  readonly single: Float32Array
  readonly tokens: readonly number[]
}

async function vectorsOf(pooling: Pooling | undefined): Promise<Vectors> {
  const engine = await createNativeEngine({
    modelPath,
    contextLength: 256,
    slots: 1,
    threads: 1,
    speculative: false,
    ...(pooling && { pooling }),
  })
  const one = async (options: EmbedOptions): Promise<Float32Array> =>
    (await engine.embed([text], options, never)).vectors[0] as Float32Array
  try {
    const { vectors, tokens } = await engine.embed([text, oneToken], { normalize: false }, never)
    return {
      plain: vectors[0] as Float32Array,
      unit: await one({}),
      short: await one({ normalize: false, dimensions: 8 }),
      shortUnit: await one({ dimensions: 8 }),
      single: vectors[1] as Float32Array,
      tokens,
    }
  } finally {
    await engine.close()
  }
}

/** What the model makes of each token of `text`, taken one by one. */
async function tokenVectors(): Promise<Float32Array[]> {
  const api = loadNativeApi(undefined, 'cpu')
  const model = await loadModel(api, { path: modelPath })
  try {
    const tokens = model.vocabulary.tokenize(text, false, true)
    const context = await createContext(api, model, {
      cells: 512,
      sequences: 1,
      batch: 512,
      outputs: 512,
      threads: 1,
      typeK: 'f16',
      typeV: 'f16',
      pooling: poolingTypes.none,
    })
    try {
      for (const [position, token] of tokens.entries()) context.add(token, position, 0, true)
      expect(await context.decode()).toBe('done')
      return tokens.map((_, index) => context.tokenVector(index, model.embeddingLength) as Float32Array)
    } finally {
      context.free()
    }
  } finally {
    model.free()
  }
}

const lengthOf = (vector: Float32Array): number => Math.hypot(...vector)
/** How far two vectors are apart, in lengths of the second. */
const distance = (a: Float32Array, b: Float32Array): number => {
  expect(a).toHaveLength(b.length)
  return lengthOf(a.map((value, i) => value - (b[i] as number))) / lengthOf(b)
}
const scaled = (vector: Float32Array, by: number): Float32Array => vector.map((value) => value * by)
// Rounding; different poolings are apart by far more.
const near = 1e-3
const far = 0.1

const poolings = ['mean', 'cls', 'last'] as const
let each: Float32Array[]
let chosen: Record<(typeof poolings)[number] | 'none', Vectors>
let unsaid: Vectors
beforeAll(async () => {
  each = await tokenVectors()
  chosen = {
    mean: await vectorsOf('mean'),
    cls: await vectorsOf('cls'),
    last: await vectorsOf('last'),
    none: await vectorsOf('none'),
  }
  unsaid = await vectorsOf(undefined)
})

describe('pooling', () => {
  it('mean, first and last are three different things', () => {
    expect(each.length).toBeGreaterThan(5)
    const { mean, cls, last } = chosen
    expect(mean.tokens).toEqual([each.length, 1])
    expect(distance(mean.unit, last.unit)).toBeGreaterThan(far)
    expect(distance(mean.unit, cls.unit)).toBeGreaterThan(far)
    expect(distance(last.unit, cls.unit)).toBeGreaterThan(far)
  })

  it('cls gives the first token’s vector, last and none the last token’s', () => {
    expect(distance(chosen.cls.plain, each[0] as Float32Array)).toBeLessThan(near)
    expect(distance(chosen.last.plain, each.at(-1) as Float32Array)).toBeLessThan(near)
    expect(distance(chosen.none.plain, each.at(-1) as Float32Array)).toBeLessThan(near)
  })

  it('mean gives the mean of all tokens’ vectors, before scaling', () => {
    const sum = new Float32Array(each[0]?.length ?? 0)
    for (const vector of each) for (const [i, value] of vector.entries()) sum[i] = (sum[i] as number) + value
    expect(distance(chosen.mean.plain, scaled(sum, 1 / each.length))).toBeLessThan(near)
  })

  it('makes no difference to a single token', () => {
    for (const pooling of ['cls', 'last', 'none'] as const) {
      expect(distance(chosen[pooling].single, chosen.mean.single)).toBeLessThan(near)
    }
  })

  it('is mean when neither model nor options say anything', () => {
    expect(unsaid.plain).toEqual(chosen.mean.plain)
  })
})

describe.each(poolings)('scaling (%s)', (pooling) => {
  it('divides by the length, unless told otherwise', () => {
    const { plain, unit } = chosen[pooling]
    expect(Math.abs(lengthOf(plain) - 1)).toBeGreaterThan(far)
    expect(lengthOf(unit)).toBeCloseTo(1, 5)
    expect(distance(unit, scaled(plain, 1 / lengthOf(plain)))).toBeLessThan(1e-5)
  })

  it('comes after the cut to fewer dimensions', () => {
    const { plain, short, shortUnit } = chosen[pooling]
    expect(short).toEqual(plain.slice(0, 8))
    expect(lengthOf(shortUnit)).toBeCloseTo(1, 5)
    expect(distance(shortUnit, scaled(short, 1 / lengthOf(short)))).toBeLessThan(1e-5)
  })
})
