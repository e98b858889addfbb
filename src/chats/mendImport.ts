import type { ChatTree, ImportChange, JsonObject, StoredChatMessage } from './contract.ts'
import { type DataOf, malformedKeys } from './keptData.ts'

const rightId = /^[\w-]{1,64}$/

/** What stands in the place of a tool's result that an imported call never had. */
export const importedCallResult = 'This call came with an import of chats. It was not made here.'

export const importedChatId = (id: string): string => idFor(id, 'chat')

/** What a file may say of a chat, without what it may not bring along. Nothing of it goes without being counted. */
export class ImportMender {
  readonly #changes = new Map<string, number>()

  get changes(): readonly ImportChange[] {
    return [...this.#changes].map(([name, count]) => ({ what: name as ImportChange['what'], count }))
  }

  chat(chat: ChatTree): ChatTree {
    const id = this.#id(chat.id, 'chat')
    return {
      ...chat,
      id,
      data: chat.data == null ? null : this.#data(chat.data, 'chat', ['tools', 'allowedTools']),
      activeMessageId: chat.activeMessageId == null ? null : idFor(chat.activeMessageId, 'msg'),
      messages: chat.messages.map((message) => this.#message(message)),
    }
  }

  #message(message: StoredChatMessage): StoredChatMessage {
    const parentId = message.parentId == null ? null : idFor(message.parentId, 'msg')
    return { ...message, id: this.#id(message.id, 'msg'), parentId, data: this.#messageData(message.data ?? null) }
  }

  #messageData(given: JsonObject | null): JsonObject | null {
    if (given === null) return null
    const data: Record<string, unknown> = { ...this.#data(given, 'message', ['tools', 'offered', 'allowedTools']) }
    // An answer that was being written when it was exported is not being written here.
    if (data['state'] === 'waiting' || data['state'] === 'streaming') data['state'] = 'interrupted'
    if (typeof data['toolCallId'] === 'string') data['toolCallId'] = idFor(data['toolCallId'], 'call')
    const leftOut = data['leftOut'] as readonly string[] | undefined
    if (leftOut !== undefined) data['leftOut'] = leftOut.map((id) => idFor(id, 'msg'))
    const calls = data['toolCalls'] as readonly { readonly id: string; readonly state: string }[] | undefined
    if (calls !== undefined) data['toolCalls'] = calls.map((call) => this.#call(call))
    return data
  }

  /** Nobody here has asked for it, and so nobody here shall be led to allow it. */
  #call(call: { readonly id: string; readonly state: string }): object {
    const known = { ...call, id: this.#id(call.id, 'call') }
    if (call.state !== 'requested' && call.state !== 'running') return known
    this.#count('open_call')
    return { ...known, state: 'refused', result: importedCallResult }
  }

  #data(data: JsonObject, of: DataOf, unwanted: readonly string[]): JsonObject {
    const malformed = malformedKeys(data, of)
    const left = Object.entries(data).filter(([key]) => {
      if (!malformed.includes(key) && !unwanted.includes(key)) return true
      this.#count(malformed.includes(key) ? 'malformed' : 'tools')
      return false
    })
    return Object.fromEntries(left)
  }

  #id(id: string, kind: string): string {
    const right = idFor(id, kind)
    if (right !== id) this.#count('id')
    return right
  }

  #count(what: ImportChange['what']): void {
    this.#changes.set(what, (this.#changes.get(what) ?? 0) + 1)
  }
}

/** The same for the same id, so that what refers to it still does, and a second import of the file knows it again. */
function idFor(id: string, kind: string): string {
  if (rightId.test(id)) return id
  // Only now: every command imports this room, and few need a digest.
  const { createHash } = process.getBuiltinModule('node:crypto')
  return `${kind}_${createHash('sha256').update(id).digest('hex').slice(0, 32)}`
}
