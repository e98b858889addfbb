import { SanjhaError } from '../../core/index.ts'
import type { EmbedOptions, EmbedResult } from '../contract.ts'
import type { OpenAIClient } from './OpenAIClient.ts'
import { isObject } from './upstreamError.ts'

/**
 * Embeds texts. Cutting to `dimensions` and scaling to unit length are done here, so that they mean the same for every
 * endpoint. The wire counts the tokens of all texts together; they are shared out by the texts' lengths.
 */
export async function embedTexts(
  client: OpenAIClient,
  model: string,
  texts: readonly string[],
  options: EmbedOptions,
  signal: AbortSignal,
): Promise<EmbedResult> {
  if (texts.length === 0) throw new SanjhaError('invalid_request', 'There is no text to embed.', { param: 'input' })
  const { dimensions, normalize = true, truncate = false } = options
  const body = await client.json({
    path: 'embeddings',
    model,
    signal,
    // vLLM's word for cutting to the model's length.
    body: { model, input: texts, encoding_format: 'float', ...(truncate && { truncate_prompt_tokens: -1 }) },
  })
  const vectors = new Array<Float32Array | undefined>(texts.length).fill(undefined)
  for (const [position, entry] of (Array.isArray(body.data) ? (body.data as unknown[]) : []).entries()) {
    if (!isObject(entry)) continue
    const index = typeof entry.index === 'number' ? entry.index : position
    if (index >= 0 && index < texts.length) vectors[index] = readVector(entry.embedding)
  }
  if (vectors.some((vector) => vector === undefined || vector.length === 0)) {
    throw new SanjhaError('upstream_error', `The remote ${client.name} did not give an embedding for every text.`)
  }
  const usage = isObject(body.usage) ? body.usage : {}
  const total = typeof usage.prompt_tokens === 'number' ? usage.prompt_tokens : 0
  return {
    vectors: vectors.map((vector) => finish(vector as Float32Array, dimensions, normalize)),
    tokens: shareOut(total, texts),
  }
}

function readVector(value: unknown): Float32Array | undefined {
  if (Array.isArray(value)) return Float32Array.from(value as number[])
  if (typeof value !== 'string') return undefined
  // Base64 of little-endian 32-bit floats: some endpoints send it whatever is asked for.
  const bytes = Buffer.from(value, 'base64')
  return Float32Array.from({ length: Math.floor(bytes.length / 4) }, (_, index) => bytes.readFloatLE(index * 4))
}

function finish(vector: Float32Array, dimensions: number | undefined, normalize: boolean): Float32Array {
  if (dimensions !== undefined && !(dimensions >= 1 && dimensions <= vector.length)) {
    throw new SanjhaError('invalid_request', `dimensions must be 1 to ${vector.length}.`, { param: 'dimensions' })
  }
  const cut = dimensions === undefined ? vector : vector.slice(0, dimensions)
  if (!normalize) return cut
  const norm = Math.sqrt(cut.reduce((sum, value) => sum + value * value, 0))
  return norm > 0 ? cut.map((value) => value / norm) : cut
}

/** Whole numbers that add up to `total`, by the texts' lengths. */
export function shareOut(total: number, texts: readonly string[]): number[] {
  const characters = texts.reduce((sum, text) => sum + text.length, 0)
  let before = 0
  let given = 0
  return texts.map((text, index) => {
    before += text.length
    const until = index === texts.length - 1 ? total : Math.round((total * before) / Math.max(1, characters))
    const share = until - given
    given = until
    return share
  })
}
