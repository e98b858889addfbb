import { z } from 'zod'
import type { AcquireOptions, EmbedOptions } from '../../engine/index.ts'
import { call, single } from '../http/calls.ts'
import { json, type Route, type RouteRequest, route } from '../http/route.ts'
import { defined, optional } from '../http/schema.ts'
import { modelField } from './modelField.ts'
import { keepAlive, ollamaOptions } from './options.ts'
import { embedAnswer, embeddingsAnswer } from './responseSchemas.ts'
import { nanoseconds } from './wire.ts'

interface EmbedBody {
  readonly model: string
  readonly texts: readonly string[]
  readonly options: EmbedOptions
  readonly acquire: AcquireOptions
}

const common = { options: optional(ollamaOptions), keep_alive: optional(keepAlive) }

const embedBody: z.ZodType<EmbedBody> = z
  .intersection(
    modelField,
    z.object({
      ...common,
      input: optional(z.union([z.string(), z.array(z.string()).max(2048)])),
      truncate: optional(z.boolean()).meta({ description: 'Cut texts that are too long. Default true.' }),
      dimensions: optional(z.number().int().min(1)),
    }),
  )
  .transform((raw) => ({
    model: raw.model,
    texts: typeof raw.input === 'string' ? [raw.input] : (raw.input ?? []),
    options: { truncate: raw.truncate ?? true, ...defined({ dimensions: raw.dimensions }) },
    acquire: defined({ load: raw.options?.load, keepAliveMs: raw.keep_alive }),
  }))

export const embed: Route = route({
  method: 'POST',
  path: '/api/embed',
  surface: 'ollama',
  summary: 'Turn texts into vectors of unit length',
  anyContentType: true,
  body: embedBody,
  response: embedAnswer,
  handle: async (request) => {
    const { clock } = request.server
    const began = clock.monotonic()
    const { model, loadMs, vectors, tokens } = await vectorsOf(request)
    return json({
      model,
      embeddings: vectors.map((vector) => Array.from(vector)),
      total_duration: nanoseconds(clock.monotonic() - began),
      load_duration: nanoseconds(loadMs),
      prompt_eval_count: tokens.reduce((sum, count) => sum + count, 0),
    })
  },
})

const embeddingsBody: z.ZodType<EmbedBody> = z
  .intersection(modelField, z.object({ ...common, prompt: optional(z.string()) }))
  .transform((raw) => ({
    model: raw.model,
    texts: raw.prompt ? [raw.prompt] : [],
    options: { truncate: true, normalize: false },
    acquire: defined({ load: raw.options?.load, keepAliveMs: raw.keep_alive }),
  }))

export const legacyEmbeddings: Route = route({
  method: 'POST',
  path: '/api/embeddings',
  surface: 'ollama',
  summary: 'Turn one text into a vector, not scaled',
  anyContentType: true,
  body: embeddingsBody,
  response: embeddingsAnswer,
  handle: async (request) => {
    const { vectors } = await vectorsOf(request)
    return json({ embedding: vectors[0] ? Array.from(vectors[0]) : [] })
  },
})

interface Vectors {
  readonly model: string
  readonly loadMs: number
  readonly vectors: readonly Float32Array[]
  readonly tokens: readonly number[]
}

async function vectorsOf(request: RouteRequest<EmbedBody>): Promise<Vectors> {
  const { texts, options, acquire } = request.body
  let { model } = request.body
  let loadMs = 0
  if (texts.length === 0) {
    const lease = await request.server.sanjha.engines.acquire(model, acquire, request.signal)
    lease.release()
    return { model: lease.model, loadMs: lease.loadMs, vectors: [], tokens: [] }
  }
  const onRouted = (routed: { readonly model: string; readonly loadMs: number }): void => {
    model = routed.model
    loadMs = routed.loadMs
  }
  const operation = { type: 'embed', texts, options } as const
  const { vectors, tokens } = await single(
    call(request, operation, { surface: 'ollama', model, acquire, onRouted }),
    'embed',
  )
  return { model, loadMs, vectors, tokens }
}
