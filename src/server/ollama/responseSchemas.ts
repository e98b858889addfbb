import { z } from 'zod'

/** What the Ollama surface answers, for the OpenAPI document. Tests hold every answer against these. */

const whole = z.int().min(0)

const counts = {
  done_reason: z.enum(['stop', 'length', 'load', 'unload']).optional(),
  total_duration: whole.optional(),
  load_duration: whole.optional(),
  prompt_eval_count: whole.optional(),
  prompt_eval_duration: whole.optional(),
  eval_count: whole.optional(),
  eval_duration: whole.optional(),
}

const logprobs = z.array(z.looseObject({ token: z.string(), logprob: z.number() })).optional()

export const chatAnswer: z.ZodType = z
  .object({
    model: z.string(),
    created_at: z.iso.datetime(),
    message: z.object({
      role: z.literal('assistant'),
      content: z.string(),
      thinking: z.string().optional(),
      tool_calls: z
        .array(
          z.object({
            id: z.string(),
            function: z.object({ name: z.string(), arguments: z.record(z.string(), z.unknown()) }),
          }),
        )
        .optional(),
    }),
    logprobs,
    done: z.boolean(),
    ...counts,
  })
  .meta({ id: 'OllamaChatAnswer' })

export const generateAnswer: z.ZodType = z
  .object({
    model: z.string(),
    created_at: z.iso.datetime(),
    response: z.string(),
    thinking: z.string().optional(),
    logprobs,
    done: z.boolean(),
    context: z.array(whole).optional(),
    ...counts,
  })
  .meta({ id: 'OllamaGenerateAnswer' })

export const embedAnswer: z.ZodType = z
  .object({
    model: z.string(),
    embeddings: z.array(z.array(z.number())),
    total_duration: whole,
    load_duration: whole,
    prompt_eval_count: whole,
  })
  .meta({ id: 'OllamaEmbedAnswer' })

export const embeddingsAnswer: z.ZodType = z
  .object({ embedding: z.array(z.number()) })
  .meta({ id: 'OllamaEmbeddingsAnswer' })

const detailsObject = z.object({
  parent_model: z.string(),
  format: z.string(),
  family: z.string(),
  families: z.array(z.string()),
  parameter_size: z.string(),
  quantization_level: z.string(),
})

export const versionAnswer: z.ZodType = z
  .object({ version: z.string(), sanjha: z.string() })
  .meta({ id: 'OllamaVersion' })

export const tagsAnswer: z.ZodType = z
  .object({
    models: z.array(
      z.object({
        name: z.string(),
        model: z.string(),
        modified_at: z.iso.datetime(),
        size: whole,
        digest: z.string(),
        details: detailsObject,
      }),
    ),
  })
  .meta({ id: 'OllamaTags' })

export const psAnswer: z.ZodType = z
  .object({
    models: z.array(
      z.object({
        name: z.string(),
        model: z.string(),
        size: whole,
        digest: z.string(),
        details: detailsObject,
        expires_at: z.iso.datetime(),
        size_vram: whole,
        context_length: whole,
      }),
    ),
  })
  .meta({ id: 'OllamaPs' })

export const showAnswer: z.ZodType = z
  .object({
    modelfile: z.string(),
    parameters: z.string(),
    template: z.string(),
    system: z.string(),
    license: z.string(),
    details: detailsObject,
    model_info: z.record(z.string(), z.unknown()),
    capabilities: z.array(z.string()),
    modified_at: z.iso.datetime(),
  })
  .meta({ id: 'OllamaShow' })

export const pullAnswer: z.ZodType = z
  .object({
    status: z.string(),
    digest: z.string().optional(),
    total: whole.optional(),
    completed: whole.optional(),
  })
  .meta({ id: 'OllamaPullStatus' })

export const emptyAnswer: z.ZodType = z.object({}).meta({ id: 'OllamaEmpty' })
