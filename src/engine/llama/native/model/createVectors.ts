import { SanjhaError } from '../../../../core/index.ts'
import type { EmbedOptions, EmbedResult, RerankResult } from '../../../contract.ts'
import type { NativeApi } from '../bindings/nativeApi.ts'
import type { Scheduler } from '../scheduler/Scheduler.ts'
import type { ThreadChooser } from '../threads/ThreadController.ts'
import type { ContextExtras } from './NativeContext.ts'
import type { NativeModel } from './NativeModel.ts'
import { finishVector, openEmbedder } from './openEmbedder.ts'
import { type Pooling, poolingTypes } from './pooling.ts'

/** Embeddings and reranking: a context of its own, made when it is first needed. */
export interface Vectors {
  readonly canRerank: boolean
  embed(texts: readonly string[], options: EmbedOptions, signal: AbortSignal): Promise<EmbedResult>
  rerank(query: string, documents: readonly string[], signal: AbortSignal): Promise<RerankResult>
  /** Ends what is being embedded. */
  abort(): void
  free(): void
}

export function createVectors(parts: {
  readonly api: NativeApi
  readonly model: NativeModel
  readonly scheduler: Scheduler
  readonly threads: { readonly prompt: ThreadChooser }
  readonly contextLength: number
  readonly pooling: Pooling | undefined
  readonly extras: ContextExtras
}): Vectors {
  const { api, model, scheduler, contextLength } = parts
  const { vocabulary } = model
  const pooling =
    parts.pooling !== undefined ? poolingTypes[parts.pooling] : model.pooling >= 0 ? model.pooling : poolingTypes.mean
  const canRerank = pooling === poolingTypes.rank
  const embedder = openEmbedder(api, model, {
    pooling,
    threads: () => parts.threads.prompt.choice.threads,
    extras: parts.extras,
  })

  const cutToContext = (tokens: number[], truncate: boolean): number[] => {
    if (tokens.length <= contextLength) return tokens
    if (!truncate) {
      throw new SanjhaError(
        'context_length_exceeded',
        `A text has ${tokens.length} tokens, but this model takes ${contextLength}.`,
        { hint: 'Shorten or split it, or allow truncation.', details: { tokens: tokens.length, contextLength } },
      )
    }
    const last = tokens.at(-1) as number
    const kept = tokens.slice(0, contextLength)
    if (last === api.vocabSep(vocabulary.pointer) || last === vocabulary.eos) kept[contextLength - 1] = last
    return kept
  }
  const one = (tokens: readonly number[], length: number, signal: AbortSignal): Promise<Float32Array> =>
    scheduler.exclusive(async () => {
      const abort = (): void => embedder.abort()
      signal.addEventListener('abort', abort, { once: true })
      try {
        return await embedder.embed(tokens, length)
      } finally {
        signal.removeEventListener('abort', abort)
      }
    }, signal)

  return {
    canRerank,
    async embed(texts, options, signal) {
      const { normalize = true, dimensions = model.embeddingLength, truncate = false } = options
      if (!(Number.isInteger(dimensions) && dimensions >= 1 && dimensions <= model.embeddingLength)) {
        throw new SanjhaError('invalid_request', `dimensions must be from 1 to ${model.embeddingLength}.`, {
          param: 'dimensions',
        })
      }
      const inputs: number[][] = []
      for (const text of texts) {
        inputs.push(cutToContext(vocabulary.tokenize(text, false, true), truncate))
        // Many long texts take long: others, and a cancellation, get their turn in between.
        await new Promise((resolve) => setImmediate(resolve))
        signal.throwIfAborted()
      }
      const beginning = vocabulary.bos >= 0 ? vocabulary.bos : vocabulary.eos
      const vectors: Float32Array[] = []
      for (const tokens of inputs) {
        const raw = await one(tokens.length > 0 ? tokens : [beginning], model.embeddingLength, signal)
        vectors.push(finishVector(raw, dimensions, normalize))
      }
      return { vectors, tokens: inputs.map((tokens) => tokens.length) }
    },
    async rerank(query, documents, signal) {
      const plain = (text: string): number[] => vocabulary.tokenize(text, false, false)
      const ending = (token: number): number[] => (token >= 0 ? [token] : [])
      const sep = api.vocabSep(vocabulary.pointer)
      const head = [...(vocabulary.addBos ? ending(vocabulary.bos) : []), ...plain(query), ...ending(vocabulary.eos)]
      if (sep !== vocabulary.eos) head.push(...ending(sep))
      const scores: number[] = []
      let total = 0
      for (const document of documents) {
        const tokens = cutToContext([...head, ...plain(document), ...ending(vocabulary.eos)], false)
        total += tokens.length
        scores.push((await one(tokens, 1, signal))[0] as number)
      }
      return { scores, tokens: total }
    },
    abort: () => embedder.abort(),
    free: () => embedder.free(),
  }
}
