import { LabError } from '../../api/LabError.ts'
import { AnswerFeed } from './AnswerFeed.ts'
import { chatApi } from './chatApi.ts'
import { readMessage } from './readMessage.ts'
import { type AnswerDelta, type ChatMessage, type ChatSummary, isLive, type PathPage } from './wire.ts'

export interface ConversationState {
  readonly status: 'loading' | 'ready' | 'failed'
  readonly error?: LabError
  readonly chat: ChatSummary | undefined
  /** The branch that is shown, as far as it was fetched. */
  readonly messages: readonly ChatMessage[]
  readonly siblings: PathPage['siblings']
  /** Null: the first message is there. */
  readonly before: string | null
  readonly older: 'idle' | 'loading' | 'failed'
  /** Messages beside the branch that are shown to be compared. */
  readonly beside: Readonly<Record<string, ChatMessage>>
}

/** What a conversation asks the server. */
export type ConversationApi = Pick<typeof chatApi, 'path' | 'message' | 'get'>

/** Messages that are fetched at once. */
const pageSize = 50

/** One chat, as the server has it: fetched, and then kept up to date by what the server tells. */
export class Conversation {
  readonly id: string
  readonly leaf: string | undefined
  readonly feed: AnswerFeed
  /** Told of each answer that has ended while it was watched, or that was asked for here. */
  onEnded: (message: ChatMessage) => void = () => undefined
  /** Ids of answers that were asked for on this page: a quick one may have ended before its chat is shown. */
  static readonly #awaited = new Set<string>()
  #state: ConversationState = {
    status: 'loading',
    chat: undefined,
    messages: [],
    siblings: {},
    before: null,
    older: 'idle',
    beside: {},
  }
  readonly #listeners = new Set<() => void>()
  readonly #api: ConversationApi
  #loads = 0
  /** Answers that were told to have ended. That is final; what is on its way, or comes late, may be older. */
  readonly #ended = new Map<string, ChatMessage>()
  /** By message: how often it was asked for. */
  readonly #turns = new Map<string, number>()

  constructor(id: string, leaf?: string, api: ConversationApi = chatApi) {
    this.id = id
    this.leaf = leaf
    this.#api = api
    this.feed = new AnswerFeed(api.message)
  }

  static readonly await = (answer: ChatMessage): void => void Conversation.#awaited.add(answer.id)

  readonly get = (): ConversationState => this.#state

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Fetches the newest part of the branch. What was shown stays until it is there. */
  async load(): Promise<void> {
    const load = ++this.#loads
    void this.#loadChat()
    try {
      const shown = this.#state.messages.length
      const limit = Math.min(1000, Math.max(pageSize, shown))
      const page = await this.#api.path(this.id, { ...(this.leaf !== undefined && { leaf: this.leaf }), limit })
      if (load !== this.#loads) return
      const messages = page.messages.map((message) => this.#newest(readMessage(message)))
      const { error: _, ...rest } = this.#state
      for (const message of messages) this.#look(message)
      this.#set({ ...rest, ...page, messages: this.#kept(messages), status: 'ready' })
    } catch (error) {
      if (load !== this.#loads) return
      // What is there can still be read.
      if (this.#state.messages.length === 0)
        this.#set({ ...this.#state, status: 'failed', error: LabError.from(error) })
    }
  }

  async loadOlder(): Promise<void> {
    const { before, older } = this.#state
    if (before === null || older === 'loading') return
    const load = this.#loads
    this.#set({ ...this.#state, older: 'loading' })
    try {
      const page = await this.#api.path(this.id, { before, limit: pageSize })
      if (load !== this.#loads) return this.#set({ ...this.#state, older: 'idle' })
      this.#set({
        ...this.#state,
        messages: [...page.messages.map(readMessage), ...this.#state.messages],
        siblings: { ...page.siblings, ...this.#state.siblings },
        before: page.before,
        older: 'idle',
      })
    } catch {
      this.#set({ ...this.#state, older: 'failed' })
    }
  }

  /** Shows messages beside the branch, as another answer to the same question. */
  async loadBeside(ids: readonly string[]): Promise<void> {
    const wanted = ids.filter((id) => this.#state.beside[id] === undefined)
    if (wanted.length === 0) return
    const fetched = await Promise.all(wanted.map((id) => this.#api.message(id)))
    const found = fetched.map((message) => this.#newest(readMessage(message)))
    for (const message of found) this.#look(message)
    this.#set({ ...this.#state, beside: { ...this.#state.beside, ...Object.fromEntries(found.map((m) => [m.id, m])) } })
  }

  readonly told = (delta: AnswerDelta): void => {
    if (delta.chatId === this.id) this.feed.add(delta)
  }

  /** A message that has begun, changed its state, or ended. */
  readonly changed = (told: ChatMessage): void => {
    const message = readMessage(told)
    if (message.chatId !== this.id) return
    if (isLive(message)) {
      if (this.#ended.has(message.id)) return
    } else this.#ended.set(message.id, message)
    if (this.#state.status === 'loading') return
    const { messages, beside } = this.#state
    const at = messages.findIndex(({ id }) => id === message.id)
    const before = messages[at] ?? beside[message.id]
    if (beside[message.id] !== undefined) this.#set({ ...this.#state, beside: { ...beside, [message.id]: message } })
    if (at !== -1) this.#set({ ...this.#state, messages: messages.with(at, message) })
    else if (before === undefined && this.leaf === undefined) this.#join(message)
    if (before !== undefined && isLive(before)) Conversation.await(message)
    this.#look(message)
  }

  /** The same, of a message that was told without what is large in it. */
  readonly changedInPart = async (message: ChatMessage): Promise<void> => {
    if (message.chatId !== this.id) return
    const turn = (this.#turns.get(message.id) ?? 0) + 1
    this.#turns.set(message.id, turn)
    const whole = await this.#api.message(message.id).catch(() => message)
    // Another may have been asked for since, and have come sooner.
    if (this.#turns.get(message.id) === turn) this.changed(whole)
  }

  /** Its title, its settings, or which branch it shows, perhaps by another tab. */
  readonly chatChanged = async (): Promise<void> => {
    await this.#loadChat()
    const { chat, messages, status } = this.#state
    if (this.leaf !== undefined || status !== 'ready' || chat === undefined) return
    if (chat.activeMessageId !== (messages.at(-1)?.id ?? null)) await this.load()
  }

  #newest(message: ChatMessage): ChatMessage {
    return (isLive(message) ? this.#ended.get(message.id) : undefined) ?? message
  }

  #look(message: ChatMessage): void {
    if (isLive(message)) {
      // What was heard meanwhile may be more than what was fetched.
      if (message.text.length >= this.feed.get(message.id, 'text').length) this.feed.set(message)
    } else {
      this.feed.forget(message.id)
      if (Conversation.#awaited.delete(message.id)) this.onEnded(message)
    }
  }

  /** Puts a message that is new under its parent, if that is the end of what is shown. */
  #join(message: ChatMessage): void {
    const { messages, siblings, before } = this.#state
    if (message.parentId !== (messages.at(-1)?.id ?? null) || (messages.length === 0 && before !== null)) {
      void this.load()
      return
    }
    this.#set({
      ...this.#state,
      messages: [...messages, message],
      siblings: { ...siblings, [message.id]: [message.id] },
    })
  }

  /** The same objects where nothing has changed, so that nothing is drawn anew. */
  #kept(messages: readonly ChatMessage[]): readonly ChatMessage[] {
    const known = new Map(this.#state.messages.map((message) => [message.id, message]))
    return messages.map((message) => {
      const old = known.get(message.id)
      return old !== undefined && JSON.stringify(old) === JSON.stringify(message) ? old : message
    })
  }

  async #loadChat(): Promise<void> {
    try {
      const { id, title, model, data, activeMessageId } = await this.#api.get(this.id)
      this.#set({ ...this.#state, chat: { id, title, model, data, activeMessageId } })
    } catch {
      // Its messages say so too, in words.
    }
  }

  #set(state: ConversationState): void {
    this.#state = state
    for (const listener of this.#listeners) listener()
  }
}
