import { useState } from 'react'
import { useLocation } from 'wouter'
import { LabError } from '../../api/LabError.ts'
import { Conversation } from './Conversation.ts'
import { chatApi, type Overflow, type Question } from './chatApi.ts'
import { chatMemory, withSettings } from './chatMemory.ts'
import type { ChatSettingsValue } from './chatSettingsValue.ts'
import type { ChatMessage } from './wire.ts'

/** What a person can do in a chat. What goes wrong is in `error`, and nothing that was written is lost by it. */
export interface ChatActions {
  /** True: it was taken. */
  send(question: Question): Promise<boolean>
  /** Asks anew in other words, on a branch of its own. */
  edit(message: ChatMessage, text: string): Promise<boolean>
  /** Answers the same question again. The answer is null when that could not be begun. */
  regenerate(answer: ChatMessage, model?: string): Promise<ChatMessage | null>
  /** Answers a question that has no answer. */
  answer(question: ChatMessage): Promise<boolean>
  stop(messageIds: readonly string[]): Promise<void>
  /** Shows the branch through this message. */
  select(messageId: string): Promise<boolean>
  remove(message: ChatMessage): Promise<boolean>
}

export function useChatActions(parts: {
  readonly conversation: Conversation | undefined
  readonly model: string | undefined
  readonly settings: ChatSettingsValue
  readonly overflow: Overflow
}): { actions: ChatActions; error: LabError | undefined; clearError: () => void; isBusy: boolean } {
  const { conversation, model, settings, overflow } = parts
  const [error, setError] = useState<LabError>()
  const [isBusy, setBusy] = useState(false)
  const [, navigate] = useLocation()

  async function attempt<T>(what: () => Promise<T>): Promise<T | null> {
    setBusy(true)
    try {
      const result = await what()
      setError(undefined)
      return result
    } catch (failure) {
      setError(LabError.from(failure))
      return null
    } finally {
      setBusy(false)
    }
  }

  async function begin(order: { parentId?: string | null; question?: Question; model?: string }): Promise<ChatMessage> {
    const chosen = order.model ?? model ?? ''
    const isNew = conversation === undefined
    const id = isNew ? (await chatApi.create(chosen, withSettings(null, settings))).id : conversation.id
    try {
      const { question, answer } = await chatApi.answer(id, { ...order, model: chosen, settings, overflow })
      Conversation.await(answer)
      if (question !== null) conversation?.changed(question)
      conversation?.changed(answer)
      if (chosen !== '') chatMemory.keepModel(chosen)
      if (isNew) chatMemory.takeDraftAlong(id, order.question?.text ?? '')
      if (isNew || conversation.leaf !== undefined) navigate(`/chat/${id}`)
      return answer
    } catch (failure) {
      // A chat in which nothing was said would only be in the way.
      if (isNew) await chatApi.removeChat(id).catch(() => undefined)
      throw failure
    }
  }

  const last = (): string | null => conversation?.get().messages.at(-1)?.id ?? null
  const actions: ChatActions = {
    send: async (question) =>
      (await attempt(() => begin({ question, ...(conversation !== undefined && { parentId: last() }) }))) !== null,
    edit: async (message, text) => {
      const question = { text, attachments: message.data?.attachments ?? [] }
      return (await attempt(() => begin({ question, parentId: message.parentId }))) !== null
    },
    regenerate: (answer, other) =>
      attempt(() => begin({ parentId: answer.parentId, ...(other !== undefined && { model: other }) })),
    answer: async (question) => (await attempt(() => begin({ parentId: question.id }))) !== null,
    stop: async (ids) => void (await attempt(() => Promise.all(ids.map((id) => chatApi.stop(id))))),
    select: async (messageId) =>
      (await attempt(async () => {
        if (conversation === undefined) return
        await chatApi.select(conversation.id, messageId)
        if (conversation.leaf !== undefined) navigate(`/chat/${conversation.id}`)
        else await conversation.load()
      })) !== null,
    remove: async (message) =>
      (await attempt(async () => {
        await chatApi.remove(message.id)
        if (conversation?.leaf !== undefined) navigate(`/chat/${conversation.id}`)
        else await conversation?.load()
      })) !== null,
  }
  return { actions, error, clearError: () => setError(undefined), isBusy }
}
