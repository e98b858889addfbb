import { z } from 'zod'
import type { ChatMessage, ContentPart, ToolCall } from '../../../engine/index.ts'
import { newId } from '../../http/ids.ts'
import { ImageCollector, type MessagesWithImages } from '../../http/resolveImages.ts'
import { optional } from '../../http/schema.ts'

/**
 * Items of the Responses API. They are kept in the form in which they are stored and sent back: with an id, and with
 * content as a list of parts.
 */

const inputText = z.object({ type: z.literal('input_text'), text: z.string() })
const inputImage = z.object({
  type: z.literal('input_image'),
  image_url: z.string({ error: 'files are not kept here; send the image as a data: URL' }),
  detail: optional(z.string()),
})
const outputText = z.object({ type: z.literal('output_text'), text: z.string() })
const refusal = z.object({ type: z.literal('refusal'), refusal: z.string() })
const messageParts = z.array(z.discriminatedUnion('type', [inputText, inputImage, outputText, refusal]))
const outputParts = z.array(z.discriminatedUnion('type', [inputText, inputImage]))
const reasoningText = z.object({ type: z.string(), text: z.string() })

const item = z.preprocess(
  // A message may leave out what it is.
  (value) =>
    typeof value === 'object' && value !== null && 'role' in value && !('type' in value)
      ? { ...value, type: 'message' }
      : value,
  z.discriminatedUnion('type', [
    z.object({
      type: z.literal('message'),
      id: optional(z.string()),
      role: z.enum(['user', 'assistant', 'system', 'developer']),
      content: z.union([z.string(), messageParts]),
    }),
    z.object({
      type: z.literal('function_call'),
      id: optional(z.string()),
      call_id: z.string(),
      name: z.string().min(1),
      arguments: z.string(),
    }),
    z.object({
      type: z.literal('function_call_output'),
      id: optional(z.string()),
      call_id: z.string(),
      output: z.union([z.string(), outputParts]),
    }),
    z.object({
      type: z.literal('reasoning'),
      id: optional(z.string()),
      summary: optional(z.array(reasoningText)),
      content: optional(z.array(reasoningText)),
    }),
  ]),
)

type RawItem = z.output<typeof item>

/** An item with an id, as it is stored and listed. */
export type Item = { readonly id: string; readonly type: string; readonly [key: string]: unknown }

/** `input` of the Responses API: text, or items. Each gets an id unless it has one. */
export const responseInput: z.ZodType<readonly Item[]> = z
  .union([
    z.string().transform((text): RawItem[] => [{ type: 'message', role: 'user', content: text, id: undefined }]),
    z.array(item).min(1, 'at least one item is needed'),
  ])
  .transform((items) => items.map(withId))

function withId(raw: RawItem): Item {
  switch (raw.type) {
    case 'message': {
      const textType = raw.role === 'assistant' ? 'output_text' : 'input_text'
      const content = typeof raw.content === 'string' ? [{ type: textType, text: raw.content }] : raw.content
      return { ...raw, id: raw.id ?? newId('msg_'), status: 'completed', content }
    }
    case 'function_call':
      return { ...raw, id: raw.id ?? newId('fc_'), status: 'completed' }
    case 'function_call_output':
      return { ...raw, id: raw.id ?? newId('fco_'), status: 'completed' }
    case 'reasoning':
      return { ...raw, id: raw.id ?? newId('rs_'), summary: raw.summary ?? [] }
  }
}

/**
 * The chat that items stand for. What an assistant thought, said and called in one turn is one message there.
 * Items from the store are checked again: they may be older than this program.
 */
export function itemsToMessages(items: readonly unknown[], instructions: string | undefined): MessagesWithImages {
  const images = new ImageCollector()
  const messages: ChatMessage[] = []
  let turn: { content: ContentPart[]; reasoning: string; toolCalls: ToolCall[] } | undefined
  const endTurn = (): void => {
    if (turn === undefined) return
    messages.push({
      role: 'assistant',
      content: turn.content,
      ...(turn.reasoning !== '' && { reasoning: turn.reasoning }),
      ...(turn.toolCalls.length > 0 && { toolCalls: turn.toolCalls }),
    })
    turn = undefined
  }
  const openTurn = (): NonNullable<typeof turn> => {
    turn ??= { content: [], reasoning: '', toolCalls: [] }
    return turn
  }
  if (instructions !== undefined && instructions !== '') {
    messages.push({ role: 'system', content: [{ type: 'text', text: instructions }] })
  }
  for (const [index, stored] of items.entries()) {
    const raw = item.parse(stored)
    const param = `input[${index}]`
    switch (raw.type) {
      case 'message': {
        const content = toContent(raw.content, param, images)
        if (raw.role === 'assistant') openTurn().content.push(...content)
        else {
          endTurn()
          messages.push({ role: raw.role === 'user' ? 'user' : 'system', content })
        }
        break
      }
      case 'reasoning':
        openTurn().reasoning += (raw.content ?? raw.summary ?? []).map((part) => part.text).join('')
        break
      case 'function_call':
        openTurn().toolCalls.push({ id: raw.call_id, name: raw.name, arguments: raw.arguments })
        break
      case 'function_call_output':
        endTurn()
        messages.push({ role: 'tool', toolCallId: raw.call_id, content: toContent(raw.output, param, images) })
        break
    }
  }
  endTurn()
  return { messages, remoteImages: images.remote }
}

function toContent(raw: string | z.output<typeof messageParts>, param: string, images: ImageCollector): ContentPart[] {
  if (typeof raw === 'string') return raw === '' ? [] : [{ type: 'text', text: raw }]
  return raw.map((part, index): ContentPart => {
    if (part.type === 'input_image') return images.add(part.image_url, `${param}.content[${index}].image_url`)
    return { type: 'text', text: part.type === 'refusal' ? part.refusal : part.text }
  })
}
