import { z } from 'zod'
import { call, single, withEngine } from '../http/calls.ts'
import { mapLimited } from '../http/concurrency.ts'
import { json, type Route, type RouteRequest, route } from '../http/route.ts'
import { optional } from '../http/schema.ts'
import { embeddingList } from './responseSchemas.ts'

interface EmbeddingRequest {
  readonly model: string
  readonly input: readonly (string | readonly number[])[]
  readonly base64: boolean
  readonly dimensions: number | undefined
}

const tokenIds = z.array(z.number().int().min(0)).min(1)

const body: z.ZodType<EmbeddingRequest> = z
  .object({
    model: optional(z.string()).meta({ description: 'Absent: the default model.' }),
    input: z.union([z.string(), z.array(z.string()).min(1).max(2048), tokenIds, z.array(tokenIds).min(1).max(2048)]),
    encoding_format: optional(z.enum(['float', 'base64'])),
    dimensions: optional(z.number().int().min(1)),
  })
  .transform((raw) => ({
    model: raw.model ?? '',
    input: toList(raw.input),
    base64: raw.encoding_format === 'base64',
    dimensions: raw.dimensions,
  }))

function toList(input: string | string[] | number[] | number[][]): readonly (string | readonly number[])[] {
  if (typeof input === 'string') return [input]
  return typeof input[0] === 'number' ? [input as number[]] : (input as string[] | number[][])
}

export const embeddings: Route = route({
  method: 'POST',
  path: '/v1/embeddings',
  surface: 'openai',
  summary: 'Turn texts into vectors',
  description: 'Vectors have unit length and come in the order of the input.',
  body,
  response: embeddingList,
  handle: async (request) => {
    const { base64, dimensions } = request.body
    let { model } = request.body
    const texts = await textsOf(request)
    const operation = { type: 'embed', texts, options: dimensions === undefined ? {} : { dimensions } } as const
    const onRouted = (routed: { readonly model: string }): void => {
      model = routed.model
    }
    const { vectors, tokens } = await single(call(request, operation, { surface: 'openai', model, onRouted }), 'embed')
    const total = tokens.reduce((sum, count) => sum + count, 0)
    return json({
      object: 'list',
      model,
      data: vectors.map((vector, index) => ({
        object: 'embedding',
        index,
        embedding: base64 ? toBase64(vector) : Array.from(vector),
      })),
      usage: { prompt_tokens: total, total_tokens: total },
    })
  },
})

/** Engines embed text, so token ids are turned back into it. */
async function textsOf(request: RouteRequest<EmbeddingRequest>): Promise<readonly string[]> {
  const { input, model } = request.body
  if (input.every((item) => typeof item === 'string')) return input
  return withEngine(request, model, {}, (engine) =>
    mapLimited(input, async (item) => (typeof item === 'string' ? item : engine.detokenize(item))),
  )
}

/** 32-bit floats, little-endian, as OpenAI's clients decode them. */
function toBase64(vector: Float32Array): string {
  const bytes = Buffer.alloc(vector.length * 4)
  for (const [i, value] of vector.entries()) bytes.writeFloatLE(value, i * 4)
  return bytes.toString('base64')
}
