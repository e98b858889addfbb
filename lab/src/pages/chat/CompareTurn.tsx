import { type ReactNode, useEffect } from 'react'
import { useText } from '../../i18n/Texts.tsx'
import { AnswerBody, AnswerFigures } from './AnswerBody.tsx'
import { AnswerTrouble } from './AnswerTrouble.tsx'
import type { Conversation, ConversationState } from './Conversation.ts'
import type en from './messages/en.json'
import type { ChatActions } from './useChatActions.ts'
import { isLive } from './wire.ts'

/** Two answers to the same question, side by side. */
export function CompareTurn(props: {
  ids: readonly string[]
  conversation: Conversation
  state: ConversationState
  actions: ChatActions
  onClose: () => void
}): ReactNode {
  const { ids, conversation, state, actions, onClose } = props
  const text = useText<keyof typeof en>()
  const wanted = ids.join()
  useEffect(() => {
    // One that was deleted meanwhile is not shown; the other still is.
    conversation.loadBeside(wanted.split(',')).catch(() => undefined)
  }, [conversation, wanted])
  const keep = async (id: string): Promise<void> => {
    if (await actions.select(id)) onClose()
  }
  return (
    <section className="chat-compare" aria-label={text('chat.compare.label')}>
      <div className="chat-columns">
        {ids.map((id) => {
          const message = state.beside[id] ?? state.messages.find((each) => each.id === id)
          if (message === undefined) return null
          return (
            <article key={id} className="chat-turn answer card" aria-busy={isLive(message)} data-id={id}>
              <h2 className="chat-compare-name">{message.model ?? text('chat.compare.unknown')}</h2>
              <AnswerBody message={message} feed={conversation.feed} />
              <AnswerTrouble message={message} actions={actions} isLast={false} />
              {!isLive(message) && <AnswerFigures message={message} />}
              <div className="chat-actions">
                <button type="button" className="button small" onClick={() => void keep(id)}>
                  {text('chat.compare.keep')}
                </button>
              </div>
            </article>
          )
        })}
      </div>
      <button type="button" className="button plain small" onClick={onClose}>
        {text('chat.compare.close')}
      </button>
    </section>
  )
}
