import { useEffect, useMemo, useSyncExternalStore } from 'react'
import { useLive } from '../../api/liveEvents.ts'
import { Conversation, type ConversationState } from './Conversation.ts'
import type { ChatMessage } from './wire.ts'

/** The chat of this id, kept up to date. Undefined: none is begun. */
export function useConversation(
  id: string | undefined,
  leaf: string | undefined,
): { conversation: Conversation | undefined; state: ConversationState | undefined } {
  const conversation = useMemo(() => (id === undefined ? undefined : new Conversation(id, leaf)), [id, leaf])
  const state = useSyncExternalStore(
    conversation?.subscribe ?? nothing,
    conversation?.get ?? ((): ConversationState | undefined => undefined),
  )
  useEffect(() => void conversation?.load(), [conversation])
  useLive('hello', () => void conversation?.load())
  useLive('answer', (delta) => conversation?.told(delta))
  useLive('message', ({ message, ...told }) => {
    const without = 'without' in told ? told.without : undefined
    if (without === undefined) conversation?.changed(message as unknown as ChatMessage)
    else void conversation?.changedInPart(message as unknown as ChatMessage)
  })
  useLive('chats', ({ chatId }) => {
    if (chatId === conversation?.id) void conversation?.chatChanged()
    else if (chatId === null) void conversation?.load()
  })
  return { conversation, state }
}

const nothing = (): (() => void) => () => undefined
