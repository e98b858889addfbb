import { z } from 'zod'

/** What the Responses API answers, for the OpenAPI document. Tests hold every answer against these. */

const itemSchema = z.looseObject({ id: z.string(), type: z.string() })

export const responseObject: z.ZodType = z
  .looseObject({
    id: z.string().startsWith('resp_'),
    object: z.literal('response'),
    created_at: z.int(),
    completed_at: z.int().nullable(),
    status: z.enum(['completed', 'incomplete', 'in_progress', 'failed']),
    error: z.object({ code: z.string(), message: z.string() }).nullable(),
    incomplete_details: z.object({ reason: z.string() }).nullable(),
    model: z.string(),
    output: z.array(itemSchema),
    previous_response_id: z.string().nullable(),
    usage: z
      .object({
        input_tokens: z.int(),
        input_tokens_details: z.object({ cached_tokens: z.int() }),
        output_tokens: z.int(),
        output_tokens_details: z.object({ reasoning_tokens: z.int() }),
        total_tokens: z.int(),
      })
      .nullable(),
  })
  .meta({ id: 'Response' })

export const responseDeleted: z.ZodType = z
  .object({ id: z.string(), object: z.literal('response'), deleted: z.literal(true) })
  .meta({ id: 'ResponseDeleted' })

export const responseItems: z.ZodType = z
  .object({
    object: z.literal('list'),
    data: z.array(itemSchema),
    first_id: z.string().nullable(),
    last_id: z.string().nullable(),
    has_more: z.boolean(),
  })
  .meta({ id: 'ResponseItems' })
