import type { ChatTree, Role } from '../wire.ts'
import { buildChat, type ForeignMessage } from './buildChat.ts'
import { isObject, type LeftOut } from './foreign.ts'

type Message = { readonly role: string; readonly [key: string]: unknown }

const isMessage = (value: unknown): value is Message => isObject(value) && typeof value['role'] === 'string'
const isMessages = (value: unknown): value is Message[] =>
  Array.isArray(value) && value.length > 0 && value.every(isMessage)
const hasMessages = (value: unknown): value is { readonly messages: Message[] } =>
  isObject(value) && isMessages(value['messages'])

/** Messages; an object with `messages`; or several of either. */
export function isOpenAi(value: unknown): boolean {
  return (
    isMessages(value) ||
    hasMessages(value) ||
    (Array.isArray(value) && value.some((each) => hasMessages(each) || isMessages(each)))
  )
}

/** Chats from messages as `/v1/chat/completions` takes them. */
export function readOpenAi(value: unknown, leftOut: LeftOut, now: Date): ChatTree[] {
  const conversations = isMessages(value) || hasMessages(value) ? [value] : (value as unknown[])
  return conversations.flatMap((each) => {
    const messages = isMessages(each) ? each : hasMessages(each) ? each.messages : undefined
    const chat =
      messages &&
      buildChat(JSON.stringify(messages), { title: titleOf(each), createdAt: now }, chain(messages, leftOut))
    if (chat === undefined) leftOut.chats++
    return chat ?? []
  })
}

const titleOf = (value: unknown): string =>
  isObject(value) && typeof value['title'] === 'string' ? value['title'] : ''

const roles: Readonly<Record<string, Role>> = {
  system: 'system',
  developer: 'system',
  user: 'user',
  assistant: 'assistant',
  tool: 'tool',
  function: 'tool',
}

function chain(messages: readonly Message[], leftOut: LeftOut): ForeignMessage[] {
  return messages.map((message, i) => {
    const reasoning = message['reasoning_content'] ?? message['reasoning']
    return {
      id: String(i),
      parentId: i === 0 ? null : String(i - 1),
      role: roles[message.role] ?? 'user',
      text: textOf(message['content'], leftOut),
      ...(typeof reasoning === 'string' && { reasoning }),
      ...dataOf(message),
    }
  })
}

function dataOf(message: Message): { data?: ForeignMessage['data'] } {
  const calls = Array.isArray(message['tool_calls']) ? message['tool_calls'] : []
  const toolCalls = calls.flatMap((call: unknown) => {
    const asked = isObject(call) && isObject(call['function']) ? call['function'] : undefined
    if (!isObject(call) || asked === undefined) return []
    return [
      {
        id: String(call['id'] ?? ''),
        name: String(asked['name'] ?? ''),
        arguments:
          typeof asked['arguments'] === 'string' ? asked['arguments'] : JSON.stringify(asked['arguments'] ?? {}),
        state: 'done',
      },
    ]
  })
  if (toolCalls.length > 0) return { data: { toolCalls } }
  return typeof message['tool_call_id'] === 'string' ? { data: { toolCallId: message['tool_call_id'] } } : {}
}

function textOf(content: unknown, leftOut: LeftOut): string {
  if (typeof content === 'string') return content
  if (!Array.isArray(content)) return ''
  const texts = content.flatMap((part: unknown) => {
    if (isObject(part) && typeof part['text'] === 'string') return [part['text']]
    leftOut.attachments++
    return []
  })
  return texts.join('\n\n')
}
