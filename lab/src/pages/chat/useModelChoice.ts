import { useState } from 'react'
import { useSearchParams } from 'wouter'
import type { Conversation, ConversationState } from './Conversation.ts'
import { chatApi } from './chatApi.ts'
import { chatMemory } from './chatMemory.ts'
import { type ChatModel, useChatModels } from './useChatModels.ts'

/** Which model will answer: the one chosen here, else the chat's own or the address's (`?model=`), else the one used last, else one that is ready. */
export function useModelChoice(
  conversation: Conversation | undefined,
  state: ConversationState | undefined,
): {
  models: readonly ChatModel[] | undefined
  model: string | undefined
  choose: (name: string) => void
  error: Error | null
  refetch: () => void
} {
  const { models, error, refetch } = useChatModels()
  const [chosen, setChosen] = useState<{ chat: string | undefined; model: string }>()
  const usedLast = state?.messages.findLast(({ role, model }) => role === 'assistant' && model !== null)?.model
  const [search] = useSearchParams()
  const here = chosen?.chat === conversation?.id ? chosen?.model : undefined
  const wishes = [here, usedLast, state?.chat?.model, search.get('model'), chatMemory.model()].filter(
    (name) => typeof name === 'string',
  )
  const isThere = (name: string): boolean => models?.some((model) => model.name === name) ?? true
  const model = wishes.find(isThere) ?? models?.find(({ place }) => place === 'loaded')?.name ?? models?.[0]?.name
  return {
    models,
    model,
    choose: (name) => {
      setChosen({ chat: conversation?.id, model: name })
      chatMemory.keepModel(name)
      // Only so that it is chosen in other tabs too: this one knows it.
      if (conversation !== undefined) chatApi.update(conversation.id, { model: name }).catch(() => undefined)
    },
    error: models === undefined ? error : null,
    refetch: () => void refetch(),
  }
}
