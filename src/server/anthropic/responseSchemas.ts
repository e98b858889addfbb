import { z } from 'zod'

/** What the Anthropic surface answers, for the OpenAPI document. Tests hold every answer against these. */

export const messageObject: z.ZodType = z
  .object({
    id: z.string().startsWith('msg_'),
    type: z.literal('message'),
    role: z.literal('assistant'),
    model: z.string(),
    content: z.array(
      z.discriminatedUnion('type', [
        z.object({ type: z.literal('text'), text: z.string() }),
        z.object({ type: z.literal('thinking'), thinking: z.string(), signature: z.string() }),
        z.object({
          type: z.literal('tool_use'),
          id: z.string(),
          name: z.string(),
          input: z.record(z.string(), z.unknown()),
        }),
      ]),
    ),
    stop_reason: z.enum(['end_turn', 'stop_sequence', 'max_tokens', 'tool_use', 'refusal']),
    stop_sequence: z.string().nullable(),
    usage: z.object({
      input_tokens: z.int().min(0),
      cache_creation_input_tokens: z.int().min(0),
      cache_read_input_tokens: z.int().min(0),
      output_tokens: z.int().min(0),
    }),
  })
  .meta({ id: 'AnthropicMessage' })

export const tokenCount: z.ZodType = z.object({ input_tokens: z.int().min(0) }).meta({ id: 'AnthropicTokenCount' })
