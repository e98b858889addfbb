import type { JsonObject, StoredChatMessage } from '../../chats/index.ts'
import type { ChatMessage, ToolCall } from '../../engine/index.ts'
import { withAttachments } from './attachments.ts'

/** A question and everything up to the next one. */
interface Turn {
  readonly ids: string[]
  readonly messages: ChatMessage[]
}

/** A message that is stored, or is about to be. */
export type PromptMessage = Pick<StoredChatMessage, 'role' | 'text' | 'reasoning' | 'data'> & {
  readonly id: string | null
}

/** What a branch of a chat becomes for a model: turns, of which the oldest can be left out. */
export class Prompt {
  readonly #system: readonly ChatMessage[]
  readonly #turns: readonly Turn[]

  /**
   * @param path the branch, up to what is to be answered
   * @param system in place of the first system message of the branch; absent: that, else `otherSystem`
   */
  constructor(path: readonly PromptMessage[], system: string | undefined, otherSystem: string | undefined) {
    const first = path.findIndex((message) => message.role === 'system')
    const text = system ?? path[first]?.text ?? otherSystem ?? ''
    this.#system = text === '' ? [] : [{ role: 'system', content: [{ type: 'text', text }] }]
    const turns: Turn[] = []
    for (const [i, message] of path.entries()) {
      if (i === first) continue
      let turn = turns.at(-1)
      if (turn === undefined || message.role === 'user') {
        turn = { ids: [], messages: [] }
        turns.push(turn)
      }
      if (message.id !== null) turn.ids.push(message.id)
      turn.messages.push(...toMessages(message))
    }
    this.#turns = turns
  }

  /** How many turns may be left out: all but the last. */
  get droppable(): number {
    return Math.max(0, this.#turns.length - 1)
  }

  /** What is sent when the oldest `dropped` turns are left out. */
  messages(dropped = 0): readonly ChatMessage[] {
    return [...this.#system, ...this.#turns.slice(dropped).flatMap((turn) => turn.messages)]
  }

  /** Ids of the messages in the oldest `dropped` turns. */
  leftOut(dropped: number): readonly string[] {
    return this.#turns.slice(0, dropped).flatMap((turn) => turn.ids)
  }
}

function toMessages({ role, text, reasoning, data }: PromptMessage): ChatMessage[] {
  switch (role) {
    case 'system':
      return text === '' ? [] : [{ role, content: [{ type: 'text', text }] }]
    case 'user':
      return [{ role, content: withAttachments(text, data) }]
    case 'tool': {
      const toolCallId = data?.['toolCallId']
      return typeof toolCallId === 'string' ? [{ role, content: [{ type: 'text', text }], toolCallId }] : []
    }
    case 'assistant':
      return toAnswer(text, reasoning, data)
  }
}

/** An answer, with the tools that were called in it and gave something. One that failed before its first word is none. */
function toAnswer(text: string, reasoning: string | null, data: JsonObject | null): ChatMessage[] {
  const calls = readCalls(data)
  if (text === '' && calls.length === 0) return []
  return [
    {
      role: 'assistant',
      content: text === '' ? [] : [{ type: 'text', text }],
      ...(reasoning !== null && reasoning !== '' && { reasoning }),
      ...(calls.length > 0 && {
        toolCalls: calls.map(({ id, name, arguments: args }) => ({ id, name, arguments: args })),
      }),
    },
    ...calls.map(
      ({ id, result }): ChatMessage => ({ role: 'tool', content: [{ type: 'text', text: result }], toolCallId: id }),
    ),
  ]
}

function readCalls(data: JsonObject | null): (ToolCall & { readonly result: string })[] {
  const list = data?.['toolCalls']
  if (!Array.isArray(list)) return []
  return list.flatMap((each: unknown) => {
    if (typeof each !== 'object' || each === null) return []
    const { id, name, arguments: args, result } = each as Record<string, unknown>
    if (![id, name, args, result].every((value) => typeof value === 'string')) return []
    return [{ id: id as string, name: name as string, arguments: args as string, result: result as string }]
  })
}
