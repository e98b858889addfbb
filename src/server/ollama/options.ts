import { z } from 'zod'
import { parseDuration } from '../../core/index.ts'
import type { AcquireOptions, GenerateRequest, OutputFormat, Sampling } from '../../engine/index.ts'
import { defined, jsonSchema, optional, seed } from '../http/schema.ts'

const fraction = z.number().min(0).max(1)

const options = z.object({
  num_ctx: optional(
    z
      .number()
      .int()
      .min(1)
      .max(2 ** 31 - 1),
  ).meta({ description: 'Tokens per request; another value reloads the model.' }),
  num_predict: optional(z.number().int().min(-2)).meta({
    description: '−1 and −2: until the model ends or the context is full.',
  }),
  temperature: optional(z.number().min(0)),
  top_k: optional(z.number().int().min(0)),
  top_p: optional(fraction),
  min_p: optional(fraction),
  typical_p: optional(fraction),
  repeat_penalty: optional(z.number().positive()),
  repeat_last_n: optional(z.number().int().min(-1)),
  presence_penalty: optional(z.number()),
  frequency_penalty: optional(z.number()),
  mirostat: optional(z.number().int().min(0).max(2)),
  mirostat_tau: optional(z.number().min(0)),
  mirostat_eta: optional(z.number().min(0)),
  seed: optional(z.union([z.literal(-1).transform(() => undefined), seed])),
  stop: optional(z.union([z.string().transform((text) => [text]), z.array(z.string()).max(64)])),
})

/** `options` of Ollama's requests in our own words. Those that only tune Ollama itself (num_gpu, num_thread, …) are left alone. */
export interface OllamaOptions {
  readonly sampling: Sampling
  readonly limits: Pick<GenerateRequest, 'maxTokens' | 'stop'>
  readonly load: AcquireOptions['load']
}

export const ollamaOptions: z.ZodType<OllamaOptions> = options.transform((raw): OllamaOptions => {
  const stop = raw.stop?.filter((text) => text !== '')
  return {
    sampling: defined({
      temperature: raw.temperature,
      topK: raw.top_k,
      topP: raw.top_p,
      minP: raw.min_p,
      typicalP: raw.typical_p,
      repeatPenalty: raw.repeat_penalty,
      repeatLastN: raw.repeat_last_n,
      presencePenalty: raw.presence_penalty,
      frequencyPenalty: raw.frequency_penalty,
      mirostat:
        raw.mirostat === 1 || raw.mirostat === 2
          ? { version: raw.mirostat, ...defined({ tau: raw.mirostat_tau, eta: raw.mirostat_eta }) }
          : undefined,
      seed: raw.seed,
    } as const),
    limits: defined({
      maxTokens: raw.num_predict === undefined || raw.num_predict < 0 ? undefined : raw.num_predict,
      stop: stop?.length ? stop : undefined,
    }),
    load: raw.num_ctx === undefined ? undefined : { contextLength: raw.num_ctx },
  }
})

/** `keep_alive`: seconds as a number, or a duration such as `5m` or `1h30m`; negative means for ever. In milliseconds. */
export const keepAlive: z.ZodType<number> = z.union([z.number(), z.string()]).transform((raw, context) => {
  const milliseconds = parseDuration(raw)
  if (milliseconds !== undefined) return milliseconds
  context.addIssue({ code: 'custom', message: 'must be a duration such as 5m, or a number of seconds' })
  return z.NEVER
})

/** `format`: `json`, a JSON Schema, or nothing. */
export const outputFormat: z.ZodType<OutputFormat | undefined> = z
  .union([z.literal(''), z.literal('json'), jsonSchema])
  .transform((raw): OutputFormat | undefined => {
    if (raw === '') return undefined
    return raw === 'json' ? { type: 'json' } : { type: 'json-schema', schema: raw }
  })

/** `think`: yes or no, or how much. */
export const think: z.ZodType<boolean> = z
  .union([z.boolean(), z.enum(['low', 'medium', 'high'])])
  .transform((raw) => raw !== false)

/** What every generating request may carry. */
export interface CommonFields {
  readonly options: OllamaOptions
  readonly acquire: AcquireOptions
  readonly generate: Pick<GenerateRequest, 'maxTokens' | 'stop' | 'sampling' | 'format' | 'logprobs'>
  readonly thinking: boolean | undefined
  readonly stream: boolean
  readonly keepAliveMs: number | undefined
}

const fields = z.object({
  options: optional(ollamaOptions),
  keep_alive: optional(keepAlive),
  format: optional(outputFormat),
  think: optional(think),
  stream: optional(z.boolean()).meta({ description: 'Default true.' }),
  logprobs: optional(z.boolean()),
  top_logprobs: optional(z.number().int().min(0).max(20)),
})

export const commonFields: z.ZodType<{ readonly common: CommonFields }> = fields.transform((raw) => {
  const options = raw.options ?? { sampling: {}, limits: {}, load: undefined }
  return {
    common: {
      options,
      acquire: defined({ load: options.load, keepAliveMs: raw.keep_alive }),
      generate: {
        ...options.limits,
        sampling: options.sampling,
        ...defined({ format: raw.format, logprobs: raw.logprobs ? (raw.top_logprobs ?? 0) : undefined }),
      },
      thinking: raw.think,
      stream: raw.stream ?? true,
      keepAliveMs: raw.keep_alive,
    },
  }
})
