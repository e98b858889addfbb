import { z } from 'zod'
import type { ChatMessage, ContentPart, GenerateRequest, Part, Tool, ToolCall } from '../../engine/index.ts'
import { generateParts } from '../http/calls.ts'
import { newId } from '../http/ids.ts'
import { imageFromBase64 } from '../http/images.ts'
import { readCalls } from '../http/readCalls.ts'
import { type Route, type RouteRequest, route } from '../http/route.ts'
import { defined, jsonSchema, optional } from '../http/schema.ts'
import { wireLogprobs } from '../openai/wire.ts'
import { loadOnly } from './loadOnly.ts'
import { modelField } from './modelField.ts'
import { lastOnly, ndjsonResponse } from './ndjson.ts'
import { type CommonFields, commonFields } from './options.ts'
import { chatAnswer } from './responseSchemas.ts'
import { finalFields, paramNames, wireToolCall } from './wire.ts'

interface ChatBody {
  readonly model: string
  readonly common: CommonFields
  readonly messages: readonly ChatMessage[]
  readonly tools: readonly Tool[] | undefined
}

const message = z.object({
  role: z.enum(['system', 'user', 'assistant', 'tool']),
  content: optional(z.string()),
  thinking: optional(z.string()),
  images: optional(z.array(z.string())),
  tool_calls: optional(
    z.array(
      z.object({
        id: optional(z.string()),
        function: z.object({
          name: z.string().min(1),
          arguments: optional(z.union([z.string(), z.record(z.string(), z.unknown())])),
        }),
      }),
    ),
  ),
  tool_name: optional(z.string()),
  tool_call_id: optional(z.string()),
})

const fields = z.object({
  messages: optional(z.array(message)).meta({ description: 'Empty: load the model only.' }),
  tools: optional(
    z.array(
      z
        .object({
          type: z.literal('function'),
          function: z.object({
            name: z.string().min(1),
            description: optional(z.string()),
            parameters: optional(jsonSchema),
          }),
        })
        .transform(
          ({ function: f }): Tool => ({
            name: f.name,
            ...defined({ description: f.description, parameters: f.parameters }),
          }),
        ),
    ),
  ),
})

const body: z.ZodType<ChatBody> = z
  .intersection(z.intersection(modelField, commonFields), fields)
  .transform(({ model, common, messages, tools }) => ({
    model,
    common,
    messages: toMessages(messages ?? []),
    tools,
  }))

export const chat: Route = route({
  method: 'POST',
  path: '/api/chat',
  surface: 'ollama',
  summary: 'Answer a chat',
  description: 'A stream of JSON lines unless `stream` is false.',
  anyContentType: true,
  body,
  response: chatAnswer,
  produces: ['application/x-ndjson'],
  handle: async (request) => {
    const { body } = request
    if (body.messages.length === 0) {
      return loadOnly(request, body, { message: { role: 'assistant', content: '' } })
    }
    if (body.common.stream) return ndjsonResponse(request, answer(request, true))
    return lastOnly(answer(request, false))
  },
})

/** The objects of one answer. Not streamed, there is one that holds everything. */
async function* answer(request: RouteRequest<ChatBody>, stream: boolean): AsyncIterable<object> {
  const { body, server } = request
  const began = server.clock.monotonic()
  let { model } = body
  const parts = generateParts(request, toGenerate(body), {
    surface: 'ollama',
    model,
    acquire: body.common.acquire,
    paramNames,
    onRouted: (routed) => {
      model = routed.model
    },
  })
  const head = (): object => ({ model, created_at: new Date(server.clock.now()).toISOString() })
  const whole = { content: '', thinking: '', tool_calls: [] as object[], logprobs: [] as object[] }
  for await (const piece of pieces(parts)) {
    if (piece.type === 'finish') {
      if (stream) {
        yield { ...head(), message: { role: 'assistant', content: '' }, ...finish(piece) }
        return
      }
      const { content, thinking, tool_calls, logprobs } = whole
      yield {
        ...head(),
        message: {
          role: 'assistant',
          content,
          ...(thinking !== '' && { thinking }),
          ...(tool_calls.length > 0 && { tool_calls }),
        },
        ...(logprobs.length > 0 && { logprobs }),
        ...finish(piece),
      }
    } else if (stream) {
      const { logprobs, ...content } = piece.message
      yield {
        ...head(),
        message: { role: 'assistant', content: '', ...content },
        ...(logprobs && { logprobs }),
        done: false,
      }
    } else {
      whole.content += piece.message.content ?? ''
      whole.thinking += piece.message.thinking ?? ''
      whole.tool_calls.push(...(piece.message.tool_calls ?? []))
      whole.logprobs.push(...(piece.message.logprobs ?? []))
    }
  }

  function finish(part: Extract<Part, { type: 'finish' }>): object {
    return finalFields(part.usage, part.reason, {
      totalMs: server.clock.monotonic() - began,
      loadMs: part.usage.timings?.loadMs ?? 0,
    })
  }
}

type Piece =
  | {
      readonly type: 'message'
      readonly message: {
        readonly content?: string
        readonly thinking?: string
        readonly tool_calls?: readonly object[]
        readonly logprobs?: readonly object[]
      }
    }
  | Extract<Part, { type: 'finish' }>

/** Parts in Ollama's grain: a tool call comes as a whole. */
async function* pieces(parts: AsyncIterable<Part>): AsyncIterable<Piece> {
  const calls: { index: number; id: string; name: string; arguments: string }[] = []
  for await (const part of parts) {
    switch (part.type) {
      case 'text': {
        const logprobs = part.logprobs && wireLogprobs(part.logprobs)
        if (part.text === '' && !logprobs?.length) break
        yield { type: 'message', message: { content: part.text, ...(logprobs?.length && { logprobs }) } }
        break
      }
      case 'reasoning':
        if (part.text !== '') yield { type: 'message', message: { thinking: part.text } }
        break
      case 'tool-call': {
        const known = calls.find((c) => c.index === part.index)
        if (known) known.arguments += part.argumentsDelta
        else calls.push({ index: part.index, id: part.id, name: part.name, arguments: part.argumentsDelta })
        break
      }
      case 'finish': {
        const whole = readCalls(calls, part)
        if (whole.length > 0) yield { type: 'message', message: { tool_calls: whole.map(wireToolCall) } }
        yield part
        break
      }
    }
  }
}

function toGenerate(body: ChatBody): GenerateRequest {
  return {
    ...body.common.generate,
    input: { type: 'chat', messages: body.messages, ...defined({ tools: body.tools, thinking: body.common.thinking }) },
  }
}

/**
 * Ollama's messages name no ids: a tool's answer belongs to the first call before it that is not answered yet, or to
 * the one of the tool it names.
 */
function toMessages(raw: readonly z.output<typeof message>[]): ChatMessage[] {
  let open: ToolCall[] = []
  return raw.map((m, index): ChatMessage => {
    const content: ContentPart[] = m.content ? [{ type: 'text', text: m.content }] : []
    for (const [i, data] of (m.images ?? []).entries()) {
      content.push(imageFromBase64(data, `messages[${index}].images[${i}]`))
    }
    if (m.role === 'assistant') {
      const toolCalls = (m.tool_calls ?? []).map(
        ({ id, function: f }): ToolCall => ({
          id: id ?? newId('call_'),
          name: f.name,
          arguments: typeof f.arguments === 'string' ? f.arguments : JSON.stringify(f.arguments ?? {}),
        }),
      )
      open = [...toolCalls]
      return {
        role: 'assistant',
        content,
        ...(m.thinking && { reasoning: m.thinking }),
        ...(toolCalls.length > 0 && { toolCalls }),
      }
    }
    if (m.role === 'tool') {
      const at =
        m.tool_name === undefined
          ? 0
          : Math.max(
              0,
              open.findIndex((c) => c.name === m.tool_name),
            )
      const [call] = open.splice(at, 1)
      const name = m.tool_name ?? call?.name
      return {
        role: 'tool',
        content,
        toolCallId: m.tool_call_id ?? call?.id ?? newId('call_'),
        ...(name !== undefined && { name }),
      }
    }
    return { role: m.role, content }
  })
}
