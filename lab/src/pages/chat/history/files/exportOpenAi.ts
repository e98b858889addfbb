import type { ChatMessage, ChatTree, Data } from '../wire.ts'
import { activeBranch } from './activeBranch.ts'
import { attachmentsOf } from './attachments.ts'

/** What `/v1/chat/completions` takes as `messages`. */
export type OpenAiMessage = Data

/**
 * The branches that are shown, as messages of OpenAI's API: one chat as an object with `messages`, several as JSON Lines of
 * such objects (the form in which models are tuned). Thoughts are no part of that form.
 */
export function exportOpenAi(chats: readonly ChatTree[]): string {
  const [only] = chats
  if (chats.length === 1 && only !== undefined) return `${JSON.stringify({ messages: messagesOf(only) }, null, 2)}\n`
  return chats.map((chat) => `${JSON.stringify({ messages: messagesOf(chat) })}\n`).join('')
}

export function messagesOf(chat: ChatTree): OpenAiMessage[] {
  const branch = activeBranch(chat)
  const messages = branch.flatMap(toMessages)
  // The system prompt is kept with each answer that it was used for; the file says the last one.
  const system = branch.findLast(({ data }) => typeof data?.['system'] === 'string')?.data?.['system']
  const hasOne = branch.some(({ role }) => role === 'system')
  return typeof system === 'string' && system !== '' && !hasOne
    ? [{ role: 'system', content: system }, ...messages]
    : messages
}

interface ToolCall {
  readonly id: string
  readonly name: string
  readonly arguments: unknown
  readonly result?: unknown
}

function toMessages({ role, text, data }: ChatMessage): OpenAiMessage[] {
  const calls = Array.isArray(data?.['toolCalls']) ? data['toolCalls'].filter(isToolCall) : []
  if (role === 'tool') {
    const id = data?.['toolCallId'] ?? data?.['tool_call_id']
    return [{ role, ...(typeof id === 'string' && { tool_call_id: id }), content: text }]
  }
  if (role !== 'assistant' || calls.length === 0) return [{ role, content: contentOf(text, data) }]
  const asked = {
    role,
    content: null,
    tool_calls: calls.map((call) => ({
      id: call.id,
      type: 'function',
      function: { name: call.name, arguments: asText(call.arguments) },
    })),
  }
  const answered = calls.flatMap(({ id, result }) =>
    result === undefined ? [] : [{ role: 'tool', tool_call_id: id, content: asText(result) }],
  )
  // A row keeps the calls and what was said after them; on the wire that is one message each.
  return [asked, ...answered, ...(text === '' ? [] : [{ role, content: text }])]
}

/** A text, or with what was handed in with it several parts. */
function contentOf(text: string, data: Data | null): unknown {
  const parts = attachmentsOf(data).map((attachment) =>
    attachment.type === 'image'
      ? { type: 'image_url', image_url: { url: attachment.url } }
      : { type: 'text', text: `${attachment.name}\n\n${attachment.text}` },
  )
  return parts.length === 0 ? text : [{ type: 'text', text }, ...parts]
}

const asText = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value ?? null))

const isToolCall = (value: unknown): value is ToolCall =>
  typeof value === 'object' && value !== null && 'id' in value && 'name' in value
