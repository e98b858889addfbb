import { SanjhaError } from '../../../core/index.ts'
import type { ChatMessage, ContentPart, ToolCall } from '../../contract.ts'
import type { TemplateMessage, TemplateTraits } from '../template/probeTemplate.ts'
import { type CallIdStyle, fitCallId } from './callIds.ts'

/** How the tool-call family helps where the template cannot. */
export interface MessageHelp {
  readonly callIds: CallIdStyle
  /** Writes calls as the model itself would. */
  writeCalls(calls: readonly ToolCall[]): string
}

/** The text of a message. @throws SanjhaError `unsupported` for images. */
export function textOf(content: readonly ContentPart[]): string {
  return content
    .map((part) => {
      if (part.type === 'text') return part.text
      throw new SanjhaError('unsupported', 'This model reads text only: it cannot look at images.', {
        param: 'messages',
        hint: 'Leave the image out, or use a model that can see.',
      })
    })
    .join('')
}

function parseArguments(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text === '' ? '{}' : text)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : text
  } catch {
    return text
  }
}

/** A system text joins the system message in front, which is made when there is none. */
function addToSystem(messages: TemplateMessage[], text: string): void {
  const first = messages[0]
  if (first?.role === 'system') first.content = `${first.content}\n\n${text}`
  else messages.unshift({ role: 'system', content: text })
}

function toTemplateMessage(
  message: ChatMessage,
  traits: TemplateTraits,
  help: MessageHelp,
  names: ReadonlyMap<string, string>,
): TemplateMessage[] {
  const content = textOf(message.content)
  if (message.role === 'tool') {
    const name = message.name ?? names.get(message.toolCallId)
    if (!traits.toolRole) return [{ role: 'user', content: `<tool_response>\n${content}\n</tool_response>` }]
    return [
      {
        role: 'tool',
        content,
        tool_call_id: fitCallId(message.toolCallId, help.callIds),
        ...(name !== undefined && { name }),
      },
    ]
  }
  if (message.role !== 'assistant') return [{ role: message.role, content }]
  const calls = message.toolCalls ?? []
  const reasoning = message.reasoning ? { reasoning_content: message.reasoning } : {}
  if (calls.length === 0) return [{ role: 'assistant', content, ...reasoning }]
  if (traits.toolCalls === 'none') {
    const written = help.writeCalls(calls)
    return [{ role: 'assistant', content: content === '' ? written : `${content}\n${written}`, ...reasoning }]
  }
  const shaped = calls.map((call) => ({
    id: fitCallId(call.id, help.callIds),
    type: 'function' as const,
    function: {
      name: call.name,
      arguments: traits.toolCalls === 'string' ? call.arguments || '{}' : parseArguments(call.arguments),
    },
  }))
  if (traits.severalCalls || shaped.length === 1) {
    return [{ role: 'assistant', content, tool_calls: shaped, ...reasoning }]
  }
  return shaped.map((call, index) => ({
    role: 'assistant',
    content: index === 0 ? content : '',
    tool_calls: [call],
    ...(index === 0 && reasoning),
  }))
}

/** Where a template takes one call per message, each call is followed by its own result. */
function interleaveResults(messages: TemplateMessage[]): TemplateMessage[] {
  const result: TemplateMessage[] = []
  const used = new Set<TemplateMessage>()
  for (const [index, message] of messages.entries()) {
    if (used.has(message)) continue
    result.push(message)
    const id = message.tool_calls?.[0]?.id
    if (id === undefined) continue
    for (const later of messages.slice(index + 1)) {
      if (later.role !== 'tool' && later.tool_calls === undefined) break
      if (later.role === 'tool' && later.tool_call_id === id) {
        result.push(later)
        used.add(later)
      }
    }
  }
  return result
}

function mergeTurns(messages: TemplateMessage[]): TemplateMessage[] {
  const result: TemplateMessage[] = []
  for (const message of messages) {
    const last = result.at(-1)
    const isPlain = last !== undefined && last.tool_calls === undefined && message.tool_calls === undefined
    if (isPlain && last.role === message.role && (message.role === 'user' || message.role === 'assistant')) {
      result[result.length - 1] = { ...last, content: `${last.content}\n\n${message.content}` }
    } else {
      result.push(message)
    }
  }
  return result
}

/**
 * Brings a chat into a form that the template can render. Nothing is dropped: what a template has no place for is put
 * where it can be read (a system text into the first user message, a tool result into a user message, and so on).
 * @param extraSystem text for the system message beyond what the chat brings, such as the generic tool prompt.
 * @throws SanjhaError `unsupported` for images.
 */
export function normalizeMessages(
  messages: readonly ChatMessage[],
  traits: TemplateTraits,
  help: MessageHelp,
  extraSystem?: string,
): TemplateMessage[] {
  const names = new Map<string, string>()
  for (const message of messages) {
    if (message.role === 'assistant') for (const call of message.toolCalls ?? []) names.set(call.id, call.name)
  }
  let result: TemplateMessage[] = []
  for (const message of messages) {
    const leading = result.every((before) => before.role === 'system')
    if (message.role === 'system' && (leading || !traits.laterSystem)) addToSystem(result, textOf(message.content))
    else result.push(...toTemplateMessage(message, traits, help, names))
  }
  if (extraSystem !== undefined) addToSystem(result, extraSystem)
  if (!traits.severalCalls && traits.toolCalls !== 'none') result = interleaveResults(result)
  const takesSystem = traits.system && (traits.systemAlways || result.at(-1)?.role === 'user')
  if (!takesSystem && result[0]?.role === 'system') {
    const [system, ...rest] = result
    const first = rest[0]
    result =
      first?.role === 'user'
        ? [{ ...first, content: `${system!.content}\n\n${first.content}` }, ...rest.slice(1)]
        : [{ role: 'user', content: system!.content }, ...rest]
  }
  if (traits.alternates) result = mergeTurns(result)
  if (traits.typedContent) {
    result = result.map((message) =>
      typeof message.content === 'string'
        ? { ...message, content: [{ type: 'text', text: message.content }] }
        : message,
    )
  }
  return result
}
