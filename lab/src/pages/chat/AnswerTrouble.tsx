import type { ReactNode } from 'react'
import { useText } from '../../i18n/Texts.tsx'
import type en from './messages/en.json'
import type { ChatActions } from './useChatActions.ts'
import type { ChatMessage } from './wire.ts'

/** Why an answer is not whole, in words, and how to go on. */
export function AnswerTrouble(props: { message: ChatMessage; actions: ChatActions; isLast: boolean }): ReactNode {
  const { message, actions, isLast } = props
  const text = useText<keyof typeof en>()
  const { state, error, finishReason } = message.data ?? {}
  const trouble = state === 'stopped' || state === 'interrupted' || state === 'failed' ? state : undefined
  const isCut = state === 'done' && finishReason === 'length'
  if (trouble === undefined && !isCut) return null
  const goOn = (): void => void actions.send({ text: text('chat.continue.words'), attachments: [] })
  return (
    <div className={`chat-trouble ${state === 'failed' ? 'bad' : ''}`} role={state === 'failed' ? 'alert' : undefined}>
      {trouble !== undefined && (
        <p>
          <strong>{text(`chat.state.${trouble}`)}</strong> {text(`chat.state.${trouble}.body`)}
        </p>
      )}
      {error !== undefined && (
        <blockquote lang="en">
          <p>{error.message}</p>
          {error.hint !== undefined && <p>{error.hint}</p>}
        </blockquote>
      )}
      {isLast && (
        <div className="toolbar">
          {message.text !== '' && (
            <button type="button" className="button small" onClick={goOn}>
              {text('chat.continue')}
            </button>
          )}
          {!isCut && (
            <button type="button" className="button small" onClick={() => void actions.regenerate(message)}>
              {text('chat.retry')}
            </button>
          )}
        </div>
      )}
    </div>
  )
}
