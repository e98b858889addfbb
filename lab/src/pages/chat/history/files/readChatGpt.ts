import type { ChatTree, Role } from '../wire.ts'
import { buildChat, type ForeignMessage } from './buildChat.ts'
import { isObject, type LeftOut } from './foreign.ts'

type Conversation = Record<string, unknown> & { readonly mapping: Record<string, unknown> }

const isConversation = (value: unknown): value is Conversation => isObject(value) && isObject(value['mapping'])

/** `conversations.json` of an export from ChatGPT, or one of its conversations. */
export function isChatGpt(value: unknown): value is Conversation | unknown[] {
  return isConversation(value) || (Array.isArray(value) && value.some(isConversation))
}

export function readChatGpt(value: Conversation | unknown[], leftOut: LeftOut): ChatTree[] {
  return (Array.isArray(value) ? value : [value]).flatMap((each) => {
    const chat = isConversation(each) ? readConversation(each, leftOut) : undefined
    if (chat === undefined) leftOut.chats++
    return chat ?? []
  })
}

function readConversation(conversation: Conversation, leftOut: LeftOut): ChatTree | undefined {
  const nodes = new Map(
    Object.entries(conversation.mapping).filter((entry): entry is [string, Record<string, unknown>] =>
      isObject(entry[1]),
    ),
  )
  const shown = new Map<string, Omit<ForeignMessage, 'parentId'>>()
  for (const [id, node] of nodes) {
    const message = readMessage(id, node['message'], leftOut)
    if (message !== undefined) shown.set(id, message)
  }
  const above = (id: string): string | null => nearest(nodes.get(id)?.['parent'], nodes, shown)
  const messages = [...shown.values()].map((message) => ({ ...message, parentId: above(message.id) }))
  const createdAt = date(conversation['create_time']) ?? new Date(0)
  return buildChat(
    String(conversation['conversation_id'] ?? conversation['id'] ?? JSON.stringify(conversation.mapping)),
    {
      title: typeof conversation['title'] === 'string' ? conversation['title'] : '',
      createdAt,
      updatedAt: date(conversation['update_time']) ?? createdAt,
      active: nearest(conversation['current_node'], nodes, shown) ?? undefined,
    },
    messages,
  )
}

/** The nearest message at or above a node that is shown: ChatGPT keeps roots and hidden messages between them. */
function nearest(
  from: unknown,
  nodes: ReadonlyMap<string, Record<string, unknown>>,
  shown: ReadonlyMap<string, unknown>,
): string | null {
  const seen = new Set<unknown>()
  let current = from
  while (typeof current === 'string' && !seen.has(current)) {
    if (shown.has(current)) return current
    seen.add(current)
    current = nodes.get(current)?.['parent']
  }
  return null
}

const roles: Readonly<Record<string, Role>> = { user: 'user', assistant: 'assistant', system: 'system', tool: 'tool' }

function readMessage(id: string, message: unknown, leftOut: LeftOut): Omit<ForeignMessage, 'parentId'> | undefined {
  if (!isObject(message)) return undefined
  const author = isObject(message['author']) ? message['author'] : {}
  const metadata = isObject(message['metadata']) ? message['metadata'] : {}
  const role = roles[String(author['role'])]
  if (role === undefined || metadata['is_visually_hidden_from_conversation'] === true) return undefined
  const text = textOf(message['content'], leftOut)
  if (text.trim() === '') return undefined
  const model = metadata['model_slug']
  return {
    id,
    role,
    text,
    at: date(message['create_time']),
    ...(typeof model === 'string' && role === 'assistant' && { model }),
  }
}

function textOf(content: unknown, leftOut: LeftOut): string {
  if (!isObject(content)) return ''
  if (typeof content['text'] === 'string') {
    const language =
      typeof content['language'] === 'string' && content['language'] !== 'unknown' ? content['language'] : ''
    return content['content_type'] === 'code' ? `\`\`\`${language}\n${content['text']}\n\`\`\`` : content['text']
  }
  const parts = Array.isArray(content['parts']) ? content['parts'] : []
  const texts = parts.flatMap((part: unknown) => {
    if (typeof part === 'string') return part === '' ? [] : [part]
    if (isObject(part) && typeof part['text'] === 'string') return [part['text']]
    leftOut.attachments++
    return []
  })
  return texts.join('\n\n')
}

/** Seconds since 1970. */
function date(value: unknown): Date | undefined {
  if (typeof value !== 'number') return undefined
  const read = new Date(value * 1000)
  return Number.isNaN(read.getTime()) ? undefined : read
}
