import { SanjhaError } from '../../../../core/index.ts'
import type { NativeApi } from '../bindings/nativeApi.ts'
import { type ContextExtras, createContext, type NativeContext } from './NativeContext.ts'
import type { NativeModel } from './NativeModel.ts'
import { poolingTypes } from './pooling.ts'

/** Makes one vector of one text at a time, so that no text's vector depends on its company. */
export interface Embedder {
  /** Length of what the pooling gives: the embedding's, or the number of classes for `rank`. */
  embed(tokens: readonly number[], length: number): Promise<Float32Array>
  /** Ends the text that is being embedded: it fails with `cancelled`. */
  abort(): void
  free(): void
}

/** A context of its own for embeddings; grows with the longest text. `pooling` is llama.cpp's number. */
export function openEmbedder(
  api: NativeApi,
  model: NativeModel,
  options: {
    readonly pooling: number
    readonly threads: () => number
    readonly extras: ContextExtras
  },
): Embedder {
  let context: NativeContext | undefined
  const contextFor = async (tokens: number): Promise<NativeContext> => {
    if (context !== undefined && context.capacity >= tokens) return context
    context?.free()
    context = undefined
    const size = Math.max(512, 2 ** Math.ceil(Math.log2(tokens)))
    context = await createContext(
      api,
      model,
      {
        cells: size,
        sequences: 1,
        batch: size,
        outputs: size,
        threads: options.threads(),
        typeK: 'f16',
        typeV: 'f16',
        pooling: options.pooling,
      },
      options.extras,
    )
    return context
  }
  return {
    async embed(tokens, length) {
      const native = await contextFor(tokens.length)
      const threads = options.threads()
      native.setThreads(threads, threads)
      native.clearBatch()
      native.trim(0, 0)
      for (const [position, token] of tokens.entries()) native.add(token, position, 0, true)
      const isEncoder = model.hasEncoder && !model.hasDecoder
      const result = isEncoder ? await native.encode() : await native.decode()
      if (result === 'aborted') throw new SanjhaError('cancelled', 'The request was cancelled.')
      const vector =
        result !== 'done'
          ? null
          : options.pooling === poolingTypes.none
            ? native.tokenVector(tokens.length - 1, length)
            : native.pooled(0, length)
      if (vector === null)
        throw new SanjhaError('internal', 'llama.cpp could not embed a text.', { hint: 'See `sanjha logs`.' })
      return vector
    },
    abort() {
      context?.abort()
    },
    free() {
      context?.free()
      context = undefined
    },
  }
}

/**
 * The first `dimensions` values, scaled to unit length.
 * @param dimensions at most the vector's length
 */
export function finishVector(vector: Float32Array, dimensions: number, normalize: boolean): Float32Array {
  const values = vector.slice(0, dimensions)
  if (!normalize) return values
  let sum = 0
  for (const value of values) sum += value * value
  const norm = Math.sqrt(sum)
  return norm > 0 ? values.map((value) => value / norm) : values
}
