import { type ReactNode, useEffect, useLayoutEffect, useRef } from 'react'
import { useText } from '../../i18n/Texts.tsx'
import { Icon } from '../../parts/Icon.tsx'
import { AnswerTurn } from './AnswerTurn.tsx'
import { CompareTurn } from './CompareTurn.tsx'
import type { Conversation, ConversationState } from './Conversation.ts'
import { MessageBoundary } from './MessageBoundary.tsx'
import type en from './messages/en.json'
import { QuestionTurn } from './QuestionTurn.tsx'
import type { ChatActions } from './useChatActions.ts'
import { useStickToEnd } from './useStickToEnd.ts'

const none: readonly string[] = []

/** The branch that is shown, from what was fetched of it on. */
export function Log(props: {
  conversation: Conversation
  state: ConversationState
  actions: ChatActions
  compared: readonly string[]
  onCompare: (ids: readonly string[]) => void
}): ReactNode {
  const { conversation, state, actions, compared, onCompare } = props
  const text = useText<keyof typeof en>()
  const list = useRef<HTMLElement>(null)
  const { isAway, toEnd } = useStickToEnd(list)
  useKeepPlace(list, state.messages[0]?.id)
  const last = state.messages.at(-1)?.id
  const isCompared = (id: string): boolean =>
    compared.length > 0 && (state.siblings[id] ?? none).some((each) => compared.includes(each))
  return (
    <>
      {/* What is said is announced when it is finished, not word by word. */}
      <section
        ref={list}
        className={`chat-log ${compared.length > 0 ? 'wide' : ''}`}
        role="log"
        aria-live="off"
        aria-label={text('chat.log')}
      >
        <Older state={state} onMore={() => void conversation.loadOlder()} />
        {state.messages.map((message) => {
          if (isCompared(message.id)) {
            const close = (): void => onCompare(none)
            return <CompareTurn key="compared" ids={compared} onClose={close} {...{ conversation, state, actions }} />
          }
          const Turn = message.role === 'assistant' ? AnswerTurn : QuestionTurn
          return (
            <MessageBoundary key={message.id} message={message}>
              <Turn
                message={message}
                siblings={state.siblings[message.id] ?? none}
                feed={conversation.feed}
                actions={actions}
                isLast={message.id === last}
                onCompare={onCompare}
              />
              {message.data?.unreadable !== undefined && (
                <p className="chat-note">{text('chat.unreadable', { keys: message.data.unreadable.join(', ') })}</p>
              )}
            </MessageBoundary>
          )
        })}
      </section>
      {isAway && (
        <button type="button" className="button small chat-newest" onClick={toEnd}>
          <Icon name="down" size="1em" />
          {text('chat.newest')}
        </button>
      )}
    </>
  )
}

/** What stands above is fetched when the reader comes near; a button does it by keyboard. */
function Older({ state, onMore }: { state: ConversationState; onMore: () => void }): ReactNode {
  const text = useText<keyof typeof en>()
  const top = useRef<HTMLDivElement>(null)
  const latest = useRef(onMore)
  useEffect(() => {
    latest.current = onMore
  })
  const { before, older } = state
  useEffect(() => {
    const element = top.current
    if (element === null || before === null || older !== 'idle') return
    const seen = new IntersectionObserver(
      (entries) => {
        if (entries.some((entry) => entry.isIntersecting)) latest.current()
      },
      { rootMargin: '600px 0px 0px 0px' },
    )
    seen.observe(element)
    return () => seen.disconnect()
  }, [before, older])
  if (before === null) return null
  return (
    <div ref={top} className="chat-older">
      <button type="button" className="button small" aria-disabled={older === 'loading'} onClick={onMore}>
        {text(older === 'loading' ? 'chat.older.loading' : 'chat.older')}
      </button>
      {older === 'failed' && <p role="alert">{text('chat.older.failed')}</p>}
    </div>
  )
}

/** Messages that come in above push nothing away from under the reader's eye. Not every browser sees to that by itself. */
function useKeepPlace(list: React.RefObject<HTMLElement | null>, first: string | undefined): void {
  const known = useRef<{ first: string | undefined; height: number }>({ first, height: 0 })
  useLayoutEffect(() => {
    const height = list.current?.offsetHeight ?? 0
    const before = known.current
    if (before.first !== undefined && first !== before.first && !CSS.supports('overflow-anchor', 'auto')) {
      scrollBy({ top: height - before.height, behavior: 'instant' })
    }
    known.current = { first, height }
  })
}
