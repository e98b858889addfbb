import { z } from 'zod'
import { SanjhaError } from '../../core/index.ts'
import type { ChatMessage, ContentPart, ToolCall } from '../../engine/index.ts'
import { ImageCollector, type MessagesWithImages } from '../http/resolveImages.ts'
import { optional } from '../http/schema.ts'

const textPart = z.object({ type: z.literal('text'), text: z.string() })
const imagePart = z.object({
  type: z.literal('image_url'),
  image_url: z.union([z.string(), z.object({ url: z.string() })]),
})
const refusalPart = z.object({ type: z.literal('refusal'), refusal: z.string() })
const textContent = z.union([z.string(), z.array(textPart)])
const userContent = z.union([z.string(), z.array(z.discriminatedUnion('type', [textPart, imagePart])).min(1)])
const assistantContent = z.union([z.string(), z.array(z.discriminatedUnion('type', [textPart, refusalPart]))])

const toolCall = z.object({
  id: z.string(),
  type: optional(z.literal('function')),
  function: z.object({ name: z.string().min(1), arguments: z.string() }),
})

const message = z.discriminatedUnion('role', [
  z.object({ role: z.enum(['system', 'developer']), content: textContent, name: optional(z.string()) }),
  z.object({ role: z.literal('user'), content: userContent, name: optional(z.string()) }),
  z.object({
    role: z.literal('assistant'),
    content: optional(assistantContent),
    refusal: optional(z.string()),
    reasoning_content: optional(z.string()),
    reasoning: optional(z.string()),
    tool_calls: optional(z.array(toolCall)),
  }),
  z.object({ role: z.literal('tool'), content: textContent, tool_call_id: z.string(), name: optional(z.string()) }),
])

type RawMessage = z.output<typeof message>

/** `messages` of the chat API. At least one. */
export const chatMessages: z.ZodType<MessagesWithImages> = z
  .array(message)
  .min(1, 'at least one message is needed')
  .transform((raw) => {
    const images = new ImageCollector()
    const messages = raw.map((m, index) => toMessage(m, `messages[${index}]`, images))
    return { messages, remoteImages: images.remote }
  })

function toMessage(raw: RawMessage, param: string, images: ImageCollector): ChatMessage {
  switch (raw.role) {
    case 'system':
    case 'developer':
      return { role: 'system', content: toContent(raw.content, param, images), ...named(raw.name) }
    case 'user':
      return { role: 'user', content: toContent(raw.content, param, images), ...named(raw.name) }
    case 'tool':
      return {
        role: 'tool',
        content: toContent(raw.content, param, images),
        toolCallId: raw.tool_call_id,
        ...named(raw.name),
      }
    case 'assistant': {
      const toolCalls = raw.tool_calls?.map((c): ToolCall => ({ id: c.id, ...c.function }))
      const content = raw.content ?? raw.refusal
      if (content === undefined && (toolCalls === undefined || toolCalls.length === 0)) {
        throw new SanjhaError(
          'invalid_request',
          `\`${param}.content\`: an assistant’s message needs content or tool_calls.`,
          {
            param: `${param}.content`,
          },
        )
      }
      const reasoning = raw.reasoning_content ?? raw.reasoning
      return {
        role: 'assistant',
        content: content === undefined ? [] : toContent(content, param, images),
        ...(reasoning !== undefined && { reasoning }),
        ...(toolCalls !== undefined && toolCalls.length > 0 && { toolCalls }),
      }
    }
  }
}

type RawContent =
  | string
  | readonly (z.output<typeof textPart> | z.output<typeof imagePart> | z.output<typeof refusalPart>)[]

function toContent(raw: RawContent, param: string, images: ImageCollector): ContentPart[] {
  if (typeof raw === 'string') return raw === '' ? [] : [{ type: 'text', text: raw }]
  return raw.map((part, index) => toPart(part, `${param}.content[${index}]`, images))
}

function toPart(part: Exclude<RawContent, string>[number], param: string, images: ImageCollector): ContentPart {
  if (part.type === 'text') return { type: 'text', text: part.text }
  if (part.type === 'refusal') return { type: 'text', text: part.refusal }
  const url = typeof part.image_url === 'string' ? part.image_url : part.image_url.url
  return images.add(url, `${param}.image_url`)
}

function named(name: string | undefined): { readonly name?: string } {
  return name === undefined ? {} : { name }
}
