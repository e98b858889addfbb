import { useEffect, useMemo, useRef, useState } from 'react'
import { LabError } from '../../api/LabError.ts'
import { toast } from '../../parts/Toasts.tsx'
import type { Conversation } from './Conversation.ts'
import { chatApi } from './chatApi.ts'
import { settingsOf, withSettings } from './chatMemory.ts'
import type { ChatSettingsValue } from './chatSettingsValue.ts'
import type { ChatSummary } from './wire.ts'

/** Typing goes on for a while; it is written down when it rests. */
const restMs = 400

/** The settings of a chat, kept in it. Of one that is not begun they are kept until it is. */
export function useChatSettings(
  conversation: Conversation | undefined,
  chat: ChatSummary | undefined,
): [ChatSettingsValue, (value: ChatSettingsValue) => void] {
  const id = conversation?.id
  const [changed, setChanged] = useState<{ chat: string | undefined; value: ChatSettingsValue }>()
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  const data = chat?.data
  // A chat that begins takes over what was chosen before it had an id.
  const mine = changed !== undefined && (changed.chat === id || (changed.chat === undefined && chat === undefined))
  const kept = JSON.stringify(data ?? null)
  // biome-ignore lint/correctness/useExhaustiveDependencies: the same settings shall be the same object
  const stored = useMemo(() => settingsOf(chat), [kept])
  useEffect(() => () => clearTimeout(timer.current), [])
  const set = (value: ChatSettingsValue): void => {
    setChanged({ chat: id, value })
    clearTimeout(timer.current)
    if (id === undefined) return
    timer.current = setTimeout(() => {
      chatApi.update(id, { data: withSettings(data ?? null, value) }).catch((error: unknown) => {
        toast({ kind: 'bad', text: LabError.from(error).facts.message })
      })
    }, restMs)
  }
  return [mine ? changed.value : stored, set]
}
