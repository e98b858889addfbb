import { type ReactNode, useEffect, useState } from 'react'
import { useLanguage, useText } from '../../i18n/Texts.tsx'
import { chatApi, type Overflow, type Question } from './chatApi.ts'
import type { ChatSettingsValue } from './chatSettingsValue.ts'
import type en from './messages/en.json'
import type { ChatMessage, ContextMeasure } from './wire.ts'

/** Typing goes on for a while; measuring waits until it rests. */
const restMs = 600

/** How much of the model's context the chat takes, and what would have to be left out, before it is. */
export function ContextMeter(props: {
  chat: string
  leaf: ChatMessage | undefined
  model: string
  settings: ChatSettingsValue
  draft: Question
  overflow: Overflow
  onOverflow: (overflow: Overflow) => void
  messages: readonly ChatMessage[]
}): ReactNode {
  const { messages, overflow, onOverflow } = props
  const text = useText<keyof typeof en>()
  const language = useLanguage()
  const measure = useMeasure(props)
  if (measure === undefined) return null
  const { tokens, limit, leftOut, measured } = measure
  const say = (value: number): string => value.toLocaleString(language)
  if (limit === null) return <p className="chat-meter">{text('chat.context.open', { tokens: say(tokens) })}</p>
  const isFull = leftOut.length > 0 || tokens > limit
  const first = messages.find(({ id }) => leftOut.includes(id))
  return (
    <div className={`chat-meter ${isFull ? 'full' : ''}`}>
      <label>
        <span>
          {text(measured ? 'chat.context' : 'chat.context.estimate', { tokens: say(tokens), limit: say(limit) })}
        </span>
        <meter min={0} max={limit} high={limit * 0.8} optimum={0} value={Math.min(tokens, limit)} />
      </label>
      {isFull && (
        <>
          <p role="status">
            {leftOut.length === 0
              ? text('chat.context.over')
              : text(overflow === 'leave_out' ? 'chat.context.leaves' : 'chat.context.refuses', {
                  count: leftOut.length,
                })}
            {first !== undefined && <q dir="auto">{first.text.slice(0, 60)}</q>}
          </p>
          <label className="chat-overflow">
            <span>{text('chat.overflow')}</span>
            <select value={overflow} onChange={(event) => onOverflow(event.target.value as Overflow)}>
              <option value="leave_out">{text('chat.overflow.leave')}</option>
              <option value="error">{text('chat.overflow.error')}</option>
            </select>
          </label>
        </>
      )}
    </div>
  )
}

function useMeasure(props: {
  chat: string
  leaf: ChatMessage | undefined
  model: string
  settings: ChatSettingsValue
  draft: Question
}): ContextMeasure | undefined {
  const { chat, leaf, model, settings, draft } = props
  const [measure, setMeasure] = useState<ContextMeasure>()
  const [leafId, state] = [leaf?.id, leaf?.data?.state]
  // biome-ignore lint/correctness/useExhaustiveDependencies: an answer that has ended is longer
  useEffect(() => {
    const stop = new AbortController()
    const ask = async (): Promise<void> => {
      const hasDraft = draft.text !== '' || draft.attachments.length > 0
      try {
        const { signal } = stop
        const order = { model, settings, ...(leafId !== undefined && { leafId }), ...(hasDraft && { draft }), signal }
        setMeasure(await chatApi.context(chat, order))
      } catch {
        // It is a help, not a promise: sending says what is wrong.
        if (!stop.signal.aborted) setMeasure(undefined)
      }
    }
    const timer = setTimeout(() => void ask(), restMs)
    return () => {
      clearTimeout(timer)
      stop.abort()
    }
  }, [chat, leafId, state, model, settings, draft])
  return measure
}
