import { z } from 'zod'

/** What the OpenAI surface answers, for the OpenAPI document. Tests hold every answer against these. */

const usage = z.object({
  prompt_tokens: z.int().min(0),
  completion_tokens: z.int().min(0).optional(),
  total_tokens: z.int().min(0),
  prompt_tokens_details: z.object({ cached_tokens: z.int().min(0) }).optional(),
  completion_tokens_details: z.looseObject({ reasoning_tokens: z.int().min(0) }).optional(),
})

const logprob = z.object({
  token: z.string(),
  logprob: z.number().max(0),
  bytes: z.array(z.int()).nullable(),
})

const chatLogprobs = z.object({
  content: z.array(logprob.extend({ top_logprobs: z.array(logprob) })).nullable(),
  refusal: z.null(),
})

const finish = z.enum(['stop', 'length', 'tool_calls', 'content_filter'])

export const chatCompletion: z.ZodType = z
  .object({
    id: z.string().startsWith('chatcmpl-'),
    object: z.literal('chat.completion'),
    created: z.int(),
    model: z.string(),
    choices: z.array(
      z.object({
        index: z.int(),
        message: z.object({
          role: z.literal('assistant'),
          content: z.string().nullable(),
          refusal: z.null(),
          reasoning_content: z.string().optional(),
          tool_calls: z
            .array(
              z.object({
                id: z.string(),
                type: z.literal('function'),
                function: z.object({ name: z.string(), arguments: z.string() }),
              }),
            )
            .optional(),
        }),
        logprobs: chatLogprobs.nullable(),
        finish_reason: finish,
      }),
    ),
    usage,
  })
  .meta({ id: 'ChatCompletion' })

export const chatCompletionChunk: z.ZodType = z
  .object({
    id: z.string().startsWith('chatcmpl-'),
    object: z.literal('chat.completion.chunk'),
    created: z.int(),
    model: z.string(),
    choices: z.array(
      z.object({
        index: z.int(),
        delta: z.object({
          role: z.literal('assistant').optional(),
          content: z.string().nullable().optional(),
          reasoning_content: z.string().optional(),
          tool_calls: z
            .array(
              z.object({
                index: z.int(),
                id: z.string().optional(),
                type: z.literal('function').optional(),
                function: z.object({ name: z.string().optional(), arguments: z.string() }),
              }),
            )
            .optional(),
        }),
        logprobs: chatLogprobs.nullable(),
        finish_reason: finish.nullable(),
      }),
    ),
    usage: usage.nullable().optional(),
  })
  .meta({ id: 'ChatCompletionChunk' })

export const textCompletion: z.ZodType = z
  .object({
    id: z.string().startsWith('cmpl-'),
    object: z.literal('text_completion'),
    created: z.int(),
    model: z.string(),
    choices: z.array(
      z.object({
        index: z.int(),
        text: z.string(),
        logprobs: z
          .object({
            tokens: z.array(z.string()),
            token_logprobs: z.array(z.number().max(0).nullable()),
            top_logprobs: z.array(z.record(z.string(), z.number()).nullable()),
            text_offset: z.array(z.int()),
          })
          .nullable(),
        finish_reason: finish.nullable(),
      }),
    ),
    usage: usage.nullable().optional(),
  })
  .meta({ id: 'TextCompletion' })

export const embeddingList: z.ZodType = z
  .object({
    object: z.literal('list'),
    model: z.string(),
    data: z.array(
      z.object({
        object: z.literal('embedding'),
        index: z.int(),
        embedding: z.union([z.array(z.number()), z.string()]),
      }),
    ),
    usage,
  })
  .meta({ id: 'EmbeddingList' })

export const rerankResponse: z.ZodType = z
  .object({
    id: z.string(),
    model: z.string(),
    usage: z.object({ prompt_tokens: z.int(), total_tokens: z.int() }),
    results: z.array(
      z.object({
        index: z.int(),
        relevance_score: z.number(),
        document: z.object({ text: z.string() }).optional(),
      }),
    ),
  })
  .meta({ id: 'RerankResponse' })

export const scoreResponse: z.ZodType = z
  .object({
    id: z.string(),
    object: z.literal('list'),
    created: z.int(),
    model: z.string(),
    data: z.array(z.object({ index: z.int(), object: z.literal('score'), score: z.number() })),
    usage: z.object({ prompt_tokens: z.int(), total_tokens: z.int() }),
  })
  .meta({ id: 'ScoreResponse' })

const modelFields = z.object({
  id: z.string(),
  object: z.literal('model'),
  created: z.int(),
  owned_by: z.string(),
  root: z.string().optional(),
  parent: z.string().nullable().optional(),
  max_model_len: z.int().nullable().optional(),
})

export const modelObject: z.ZodType = modelFields.meta({ id: 'Model' })

export const modelList: z.ZodType = z
  .object({ object: z.literal('list'), data: z.array(modelFields) })
  .meta({ id: 'ModelList' })

export const tokenizeResponse: z.ZodType = z
  .object({
    count: z.int(),
    max_model_len: z.int(),
    tokens: z.array(z.int()),
    token_strs: z.array(z.string()).nullable(),
  })
  .meta({ id: 'TokenizeResponse' })

export const detokenizeResponse: z.ZodType = z
  .object({ prompt: z.string(), content: z.string() })
  .meta({ id: 'DetokenizeResponse' })
