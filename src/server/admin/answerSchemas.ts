import { z } from 'zod'
import { chatMessage } from './schemas.ts'

/** What the routes about answers answer. */

const whole = z.int().min(0)
const rate = z.number().nullable()

/** What `data` of an answer holds; other messages keep in theirs what they like. */
export const answerData: z.ZodType = z
  .object({
    state: z.enum(['waiting', 'streaming', 'done', 'stopped', 'interrupted', 'failed']),
    error: z
      .object({
        code: z.string(),
        message: z.string(),
        status: z.int(),
        retryable: z.boolean(),
        hint: z.string().optional(),
        param: z.string().optional(),
        details: z.record(z.string(), z.unknown()).optional(),
      })
      .optional(),
    finishReason: z.enum(['stop', 'length', 'tool-calls', 'blocked', 'budget']).optional(),
    usage: z
      .object({ promptTokens: whole, cachedTokens: whole, completionTokens: whole, reasoningTokens: whole })
      .optional(),
    timings: z
      .object({
        loadMs: whole,
        firstTokenMs: whole.nullable(),
        totalMs: whole,
        tokensPerSecond: rate,
        promptTokensPerSecond: rate,
      })
      .optional(),
    settings: z.record(z.string(), z.unknown()).optional(),
    system: z.string().optional(),
    leftOut: z.array(z.string()).optional(),
    toolCalls: z
      .array(
        z.object({
          id: z.string(),
          name: z.string(),
          arguments: z.string(),
          state: z.enum(['requested', 'done', 'failed', 'refused']),
          result: z.string().optional(),
        }),
      )
      .optional(),
  })
  .meta({ id: 'AnswerData' })

export const startedAnswer: z.ZodType = z.object({
  question: chatMessage.nullable(),
  answer: z.intersection(chatMessage, z.object({ data: answerData })),
})

export const stoppedAnswer: z.ZodType = z.object({ stopped: z.boolean() })

export const contextMeasure: z.ZodType = z.object({
  tokens: whole,
  limit: whole.nullable(),
  reserved: whole,
  leftOut: z.array(z.string()),
  measured: z.boolean(),
})
