import { z } from 'zod'
import { SanjhaError } from '../../core/index.ts'
import type {
  ChatMessage,
  ContentPart,
  GenerateInput,
  GenerateRequest,
  OutputFormat,
  Tool,
  ToolCall,
  ToolChoice,
} from '../../engine/index.ts'
import { imageFromBase64 } from '../http/images.ts'
import { oneFormat } from '../http/oneFormat.ts'
import { ImageCollector, type MessagesWithImages } from '../http/resolveImages.ts'
import { defined, jsonSchema, optional, tokenLimit } from '../http/schema.ts'

/** A request to the Messages API in our own words. */
export interface MessagesRequest {
  readonly model: string
  readonly messages: MessagesWithImages
  readonly stream: boolean
  generate(messages: readonly ChatMessage[]): GenerateRequest
  chat(messages: readonly ChatMessage[]): Extract<GenerateInput, { type: 'chat' }>
}

const text = z.object({ type: z.literal('text'), text: z.string() })
const image = z.object({
  type: z.literal('image'),
  source: z.discriminatedUnion('type', [
    z.object({ type: z.literal('base64'), media_type: z.string(), data: z.string() }),
    z.object({ type: z.literal('url'), url: z.string() }),
  ]),
})
const toolUse = z.object({
  type: z.literal('tool_use'),
  id: z.string(),
  name: z.string().min(1),
  input: z.record(z.string(), z.unknown()),
})
const toolResult = z.object({
  type: z.literal('tool_result'),
  tool_use_id: z.string(),
  content: optional(z.union([z.string(), z.array(z.discriminatedUnion('type', [text, image]))])),
  is_error: optional(z.boolean()),
})
const thinkingBlock = z.object({ type: z.literal('thinking'), thinking: z.string(), signature: optional(z.string()) })
const redacted = z.object({ type: z.literal('redacted_thinking'), data: optional(z.string()) })

const block = z.discriminatedUnion('type', [text, image, toolUse, toolResult, thinkingBlock, redacted])
const message = z.object({
  role: z.enum(['user', 'assistant', 'system']),
  content: z.union([z.string(), z.array(block).min(1)]),
})

const tool = z
  .object({
    type: optional(z.literal('custom', { error: 'only tools of your own (type "custom") run here' })),
    name: z.string().min(1).max(128),
    description: optional(z.string()),
    input_schema: jsonSchema,
  })
  .transform(
    (raw): Tool => ({
      name: raw.name,
      parameters: raw.input_schema,
      ...defined({ description: raw.description }),
    }),
  )

const toolChoice = z.discriminatedUnion('type', [
  z.object({ type: z.literal('auto'), disable_parallel_tool_use: optional(z.boolean()) }),
  z.object({ type: z.literal('any'), disable_parallel_tool_use: optional(z.boolean()) }),
  z.object({ type: z.literal('none') }),
  z.object({ type: z.literal('tool'), name: z.string(), disable_parallel_tool_use: optional(z.boolean()) }),
])

/**
 * A budget is what may be spent: one who spends none is within it. Programs made for Anthropic's own models send it with
 * every request. "adaptive" leaves it to the model whether it thinks, and when.
 */
const thinkingOf = { enabled: 'allow', adaptive: undefined, disabled: false } as const

const outputFormat = z.object({ type: z.literal('json_schema'), schema: jsonSchema })

const common = {
  model: optional(z.string()).meta({ description: 'Empty: the default model.' }),
  messages: z.array(message).min(1, 'at least one message is needed'),
  system: optional(z.union([z.string(), z.array(text)])),
  tools: optional(z.array(tool)),
  tool_choice: optional(toolChoice),
  thinking: optional(z.object({ type: z.enum(['enabled', 'disabled', 'adaptive']) })),
}

const createFields = z.object({
  ...common,
  max_tokens: tokenLimit,
  stream: optional(z.boolean()),
  stop_sequences: optional(z.array(z.string().min(1)).max(64)),
  temperature: optional(z.number().min(0).max(1e6)),
  top_p: optional(z.number().min(0).max(1)),
  top_k: optional(z.number().int().min(0)),
  output_config: optional(z.object({ format: optional(outputFormat) })),
  output_format: optional(outputFormat),
})

const countFields = z.object(common)

type Common = z.output<typeof countFields>
type Create = z.output<typeof createFields>

export const messagesRequest: z.ZodType<MessagesRequest> = createFields.transform(toRequest)

/** The same for counting tokens: only what the prompt is made of. */
export const countRequest: z.ZodType<Omit<MessagesRequest, 'generate' | 'stream'>> = countFields.transform((raw) => ({
  model: raw.model ?? '',
  messages: toMessages(raw),
  chat: (messages) => toChat(raw, messages),
}))

function toRequest(raw: Create): MessagesRequest {
  const toFormat = (asked: z.output<typeof outputFormat> | undefined): OutputFormat | undefined =>
    asked && { type: 'json-schema', schema: asked.schema }
  const format = oneFormat(
    { 'output_config.format': toFormat(raw.output_config?.format), output_format: toFormat(raw.output_format) },
    raw.tool_choice && toToolChoice(raw.tool_choice),
  )
  return {
    model: raw.model ?? '',
    messages: toMessages(raw),
    stream: raw.stream ?? false,
    chat: (messages) => toChat(raw, messages),
    generate: (messages) => ({
      input: toChat(raw, messages),
      maxTokens: raw.max_tokens,
      sampling: defined({ temperature: raw.temperature, topP: raw.top_p, topK: raw.top_k }),
      ...defined({
        stop: raw.stop_sequences,
        format,
      }),
    }),
  }
}

function toChat(raw: Common, messages: readonly ChatMessage[]): Extract<GenerateInput, { type: 'chat' }> {
  const choice = raw.tool_choice
  if (choice?.type === 'tool' && !raw.tools?.some((t) => t.name === choice.name)) {
    throw new SanjhaError(
      'invalid_request',
      `\`tool_choice\` names the tool ${JSON.stringify(choice.name)}, which is not among \`tools\`.`,
      {
        param: 'tool_choice.name',
      },
    )
  }
  if (choice?.type === 'any' && !raw.tools?.length) {
    throw new SanjhaError('invalid_request', '`tool_choice` asks for a tool, but `tools` has none.', {
      param: 'tool_choice',
    })
  }
  const serial = choice !== undefined && 'disable_parallel_tool_use' in choice && choice.disable_parallel_tool_use
  return {
    type: 'chat',
    messages,
    ...defined({
      tools: raw.tools,
      toolChoice: choice && toToolChoice(choice),
      parallelToolCalls: serial ? false : undefined,
      thinking: raw.thinking && thinkingOf[raw.thinking.type],
      // A last message of the assistant is the beginning of the answer.
      continueLast: messages.at(-1)?.role === 'assistant' ? true : undefined,
    }),
  }
}

function toToolChoice(choice: z.output<typeof toolChoice>): ToolChoice {
  switch (choice.type) {
    case 'auto':
      return 'auto'
    case 'any':
      return 'required'
    case 'none':
      return 'none'
    case 'tool':
      return { name: choice.name }
  }
}

function toMessages(raw: Common): MessagesWithImages {
  const images = new ImageCollector()
  const messages: ChatMessage[] = []
  const system = typeof raw.system === 'string' ? raw.system : raw.system?.map((part) => part.text).join('\n\n')
  if (system) messages.push({ role: 'system', content: [{ type: 'text', text: system }] })
  for (const [index, m] of raw.messages.entries()) {
    const param = `messages[${index}].content`
    const blocks = typeof m.content === 'string' ? [{ type: 'text' as const, text: m.content }] : m.content
    messages.push(...(m.role === 'assistant' ? [assistant(blocks, param)] : others(m.role, blocks, param, images)))
  }
  return { messages, remoteImages: images.remote }
}

type Block = z.output<typeof block>

function misplaced(type: string, role: string, param: string): SanjhaError {
  return new SanjhaError('invalid_request', `\`${param}\`: ${type} does not belong into a message of the ${role}.`, {
    param,
  })
}

function assistant(blocks: readonly Block[], param: string): ChatMessage {
  const content: ContentPart[] = []
  const toolCalls: ToolCall[] = []
  let reasoning = ''
  for (const b of blocks) {
    if (b.type === 'text') content.push({ type: 'text', text: b.text })
    else if (b.type === 'thinking') reasoning += b.thinking
    else if (b.type === 'tool_use') toolCalls.push({ id: b.id, name: b.name, arguments: JSON.stringify(b.input) })
    else if (b.type !== 'redacted_thinking') throw misplaced(b.type, 'assistant', param)
  }
  return {
    role: 'assistant',
    content,
    ...(reasoning !== '' && { reasoning }),
    ...(toolCalls.length > 0 && { toolCalls }),
  }
}

/** A user's message. Results of tools become messages of their own, in front of what the user says. */
function others(
  role: 'user' | 'system',
  blocks: readonly Block[],
  param: string,
  images: ImageCollector,
): ChatMessage[] {
  const results: ChatMessage[] = []
  const content: ContentPart[] = []
  for (const [index, b] of blocks.entries()) {
    const at = `${param}[${index}]`
    if (b.type === 'text' || b.type === 'image') content.push(toPart(b, at, images))
    else if (b.type === 'tool_result' && role === 'user') {
      const inner = typeof b.content === 'string' ? [{ type: 'text' as const, text: b.content }] : (b.content ?? [])
      const parts = inner.map((part, i) => toPart(part, `${at}.content[${i}]`, images))
      results.push({
        role: 'tool',
        toolCallId: b.tool_use_id,
        content: b.is_error ? [{ type: 'text', text: 'Error: ' }, ...parts] : parts,
      })
    } else throw misplaced(b.type, role, at)
  }
  return content.length > 0 || results.length === 0 ? [...results, { role, content }] : results
}

function toPart(
  part: z.output<typeof text> | z.output<typeof image>,
  param: string,
  images: ImageCollector,
): ContentPart {
  if (part.type === 'text') return { type: 'text', text: part.text }
  if (part.source.type === 'base64') return imageFromBase64(part.source.data, `${param}.source.data`)
  return images.add(part.source.url, `${param}.source.url`)
}
