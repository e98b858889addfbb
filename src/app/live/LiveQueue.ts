import type { ChatChange } from '../../chats/index.ts'
import type { AnswerDelta, LiveEvent } from './contract.ts'

export interface LiveQueueLimits {
  /** Events that wait at most. */
  readonly events: number
  /** UTF-16 units of text in them, and of the JSON of what else messages bring along. */
  readonly text: number
  /** Chats that are told one by one; of more it is said that some have changed. */
  readonly chats: number
}

const defaultLimits: LiveQueueLimits = { events: 1_000, text: 2_000_000, chats: 100 }

/**
 * The events that one listener has not read yet. What is newer takes the place of what it makes needless, so a listener that
 * is a little slow gets less and still ends up knowing everything; one that is far too slow makes it `isFull`.
 */
export class LiveQueue {
  readonly #limits: LiveQueueLimits
  // In order of their adding. The key says what replaces what.
  readonly #events = new Map<string, LiveEvent>()
  #text = 0
  #chats = 0
  #isFull = false

  constructor(limits: Partial<LiveQueueLimits> = {}) {
    this.#limits = { ...defaultLimits, ...limits }
  }

  /** Once true it stays so, and nothing is in it any more. */
  get isFull(): boolean {
    return this.#isFull
  }

  add(event: LiveEvent): void {
    if (this.#isFull) return
    switch (event.name) {
      case 'answer':
        this.#addDelta(event.data)
        break
      case 'message':
        this.#drop(`message ${event.data.message.id}`)
        // What the whole says already needs not be told piece by piece.
        this.#drop(deltaKey('text', event.data.message.id))
        this.#drop(deltaKey('reasoning', event.data.message.id))
        this.#put(`message ${event.data.message.id}`, event)
        break
      case 'chats':
        this.#addChats(event.data)
        break
      case 'run':
        this.#drop(`run ${event.data.run.id}`)
        this.#put(`run ${event.data.run.id}`, event)
        break
      default:
        this.#drop(event.name)
        this.#put(event.name, event)
    }
    if (this.#events.size <= this.#limits.events && this.#text <= this.#limits.text) return
    this.#isFull = true
    this.#events.clear()
  }

  /** The oldest one. */
  take(): LiveEvent | undefined {
    const first = this.#events.entries().next().value
    if (first === undefined) return undefined
    this.#drop(first[0])
    return first[1]
  }

  #addDelta(delta: AnswerDelta): void {
    const key = deltaKey(delta.channel, delta.messageId)
    const waiting = this.#events.get(key)
    if (waiting?.name !== 'answer') {
      this.#put(key, { name: 'answer', data: delta })
      return
    }
    const { offset, text } = waiting.data
    if (delta.offset === offset + text.length) {
      this.#put(key, { name: 'answer', data: { ...delta, offset, text: text + delta.text } })
    } else {
      // Never so from us. Kept in its order, it is for the listener to find out what is missing.
      this.#put(`${key} ${delta.offset}`, { name: 'answer', data: delta })
    }
  }

  #addChats(change: ChatChange): void {
    if (this.#events.has('chats null')) return
    const key = `chats ${change.chatId}`
    const waiting = this.#events.get(key)
    this.#drop(key)
    const isNew = waiting?.name === 'chats' && waiting.data.change === 'created' && change.change === 'changed'
    this.#put(key, { name: 'chats', data: isNew ? waiting.data : change })
    if (this.#chats <= this.#limits.chats) return
    for (const [each, event] of [...this.#events]) if (event.name === 'chats') this.#drop(each)
    this.#put('chats null', { name: 'chats', data: { chatId: null, change: 'changed' } })
  }

  #put(key: string, event: LiveEvent): void {
    const old = this.#events.get(key)
    if (old !== undefined) this.#count(old, -1)
    this.#events.set(key, event)
    this.#count(event, 1)
  }

  #drop(key: string): void {
    const old = this.#events.get(key)
    if (old === undefined) return
    this.#events.delete(key)
    this.#count(old, -1)
  }

  #count(event: LiveEvent, sign: 1 | -1): void {
    if (event.name === 'chats') this.#chats += sign
    else if (event.name === 'answer') this.#text += sign * event.data.text.length
    else if (event.name === 'message') {
      const { text, reasoning, data } = event.data.message
      const rest = data === null ? 0 : JSON.stringify(data).length
      this.#text += sign * (text.length + (reasoning?.length ?? 0) + rest)
    }
  }
}

function deltaKey(channel: AnswerDelta['channel'], messageId: string): string {
  return `answer ${messageId} ${channel}`
}
