import { z } from 'zod'
import { chatMessage } from './schemas.ts'

/** What the routes about answers answer. */

const whole = z.int().min(0)
const rate = z.number().nullable()

/** What `data` of an answer holds; other messages keep in theirs what they like. */
export const answerData: z.ZodType = z
  .looseObject({
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
    tools: z.array(z.string()).optional().describe('Tool servers whose tools the model was told of'),
    offered: z.array(z.string()).optional().describe('Names of the tools that it was told of; no others are called'),
    overflow: z.enum(['error', 'leave_out']).optional(),
    toolCalls: z
      .array(
        z.object({
          id: z.string(),
          name: z.string(),
          arguments: z.string(),
          state: z.enum(['requested', 'running', 'done', 'failed', 'refused']),
          result: z.string().optional(),
        }),
      )
      .optional(),
  })
  .meta({ id: 'AnswerData' })

export const startedAnswer: z.ZodType = z.object({
  question: chatMessage.nullable(),
  answer: z.intersection(chatMessage, z.looseObject({ data: answerData })),
})

export const stoppedAnswer: z.ZodType = z.object({ stopped: z.boolean() })

export const contextMeasure: z.ZodType = z.object({
  tokens: whole,
  limit: whole.nullable(),
  reserved: whole,
  leftOut: z.array(z.string()),
  measured: z.boolean(),
})

export const decidedCall: z.ZodType = z.object({
  message: z.intersection(chatMessage, z.looseObject({ data: answerData })),
})

const offeredTool = z
  .object({
    name: z.string(),
    server: z.string(),
    tool: z.string(),
    title: z.string().nullable(),
    description: z.string(),
    parameters: z.record(z.string(), z.unknown()),
    claims: z
      .object({ readOnly: z.boolean().nullable(), destructive: z.boolean().nullable() })
      .describe('What the server says of it, which nobody has checked'),
  })
  .meta({ id: 'OfferedTool' })
export const offeredTools: z.ZodType = z.object({ tools: z.array(offeredTool) })
export const toolServers: z.ZodType = z.object({
  servers: z.array(
    z.object({
      name: z.string(),
      transport: z.enum(['stdio', 'http']),
      where: z.string(),
      state: z.enum(['idle', 'connecting', 'ready', 'failed']),
      error: z.looseObject({ code: z.string(), message: z.string() }).nullable(),
      tools: z.array(offeredTool).nullable(),
    }),
  ),
})

export const allowedTools: z.ZodType = z.object({ tools: z.array(z.string()) })
export const revokedTool: z.ZodType = z.object({ revoked: z.boolean() })
