import type { ChatMessage, ChatTree, Data, Role } from '../wire.ts'
import { contentId } from './contentId.ts'

/** A message as other programs keep it: a node of a tree. */
export interface ForeignMessage {
  readonly id: string
  readonly parentId: string | null
  readonly role: Role
  readonly text: string
  readonly model?: string | undefined
  readonly reasoning?: string | undefined
  readonly data?: Data | undefined
  /** Absent: when the chat was begun. */
  readonly at?: Date | undefined
}

/**
 * A chat of ours from another program's. Ids follow from what they were there, so that a second import adds nothing.
 * Undefined when it has no message.
 * @param seed what makes this chat itself and no other
 * @param messages in any order; those whose parent is missing become first ones, and rings are cut
 */
export function buildChat(
  seed: string,
  chat: {
    readonly title: string
    readonly createdAt: Date
    readonly updatedAt?: Date
    readonly active?: string | undefined
    readonly pinned?: boolean
  },
  messages: readonly ForeignMessage[],
): ChatTree | undefined {
  const id = contentId('chat', seed)
  const ordered = parentsFirst(messages)
  if (ordered.length === 0) return undefined
  const ids = new Map(ordered.map((message) => [message.id, contentId('msg', `${seed}\n${message.id}`)]))
  const built = ordered.map((message): ChatMessage => {
    const at = (message.at ?? chat.createdAt).toISOString()
    return {
      id: ids.get(message.id) as string,
      chatId: id,
      parentId: (message.parentId !== null && ids.get(message.parentId)) || null,
      role: message.role,
      text: message.text,
      reasoning: message.reasoning ?? null,
      model: message.model ?? null,
      data: message.data ?? null,
      createdAt: at,
      updatedAt: at,
    }
  })
  const active = (chat.active !== undefined && ids.get(chat.active)) || built.at(-1)?.id
  return {
    id,
    title: chat.title.trim() || firstWords(built),
    folder: null,
    model: null,
    pinned: chat.pinned ?? false,
    data: null,
    messageCount: built.length,
    activeMessageId: active ?? null,
    createdAt: chat.createdAt.toISOString(),
    updatedAt: (chat.updatedAt ?? chat.createdAt).toISOString(),
    messages: built,
  }
}

function parentsFirst(messages: readonly ForeignMessage[]): ForeignMessage[] {
  const byId = new Map(messages.map((message) => [message.id, message]))
  const placed = new Set<string>()
  const ordered: ForeignMessage[] = []
  for (const message of byId.values()) {
    const way: ForeignMessage[] = []
    const seen = new Set<string>()
    let current: ForeignMessage | undefined = message
    while (current !== undefined && !placed.has(current.id) && !seen.has(current.id)) {
      seen.add(current.id)
      way.unshift(current)
      current = current.parentId === null ? undefined : byId.get(current.parentId)
    }
    // Where a ring was entered, its first message loses its parent.
    const ring = current !== undefined && seen.has(current.id)
    for (const [i, each] of way.entries()) {
      const isRoot = i === 0 && (ring || each.parentId === null || !byId.has(each.parentId))
      ordered.push(isRoot ? { ...each, parentId: null } : each)
      placed.add(each.id)
    }
  }
  return ordered
}

function firstWords(messages: readonly ChatMessage[]): string {
  const text = (messages.find(({ role }) => role === 'user') ?? messages[0])?.text ?? ''
  const line = text.replaceAll(/\s+/g, ' ').trim()
  return [...line].length > 60 ? `${[...line].slice(0, 59).join('')}…` : line || '…'
}
