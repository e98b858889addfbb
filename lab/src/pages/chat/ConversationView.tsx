import type { ReactNode } from 'react'
import { Link } from 'wouter'
import { useText } from '../../i18n/Texts.tsx'
import { Failed, Loading } from '../../parts/States.tsx'
import type { Conversation, ConversationState } from './Conversation.ts'
import { Log } from './Log.tsx'
import type en from './messages/en.json'
import type { ChatActions } from './useChatActions.ts'

/** What was said, or why it cannot be shown, or how to begin. */
export function ConversationView(props: {
  conversation: Conversation | undefined
  state: ConversationState | undefined
  actions: ChatActions
  compared: readonly string[]
  onCompare: (ids: readonly string[]) => void
  leaf: string | undefined
}): ReactNode {
  const { conversation, state, leaf, ...rest } = props
  const text = useText<keyof typeof en>()
  if (conversation === undefined || state === undefined) return <Begin />
  if (state.status === 'failed') {
    const isGone = state.error?.facts.code === 'not_found'
    if (!isGone) return <Failed error={state.error} onAgain={() => void conversation.load()} />
    return (
      <section className="state">
        <h2>{text('chat.gone')}</h2>
        <p>{text('chat.gone.body')}</p>
        <Link className="button" href="/chat">
          {text('chat.new')}
        </Link>
      </section>
    )
  }
  if (state.status === 'loading' && state.messages.length === 0) return <Loading />
  if (state.messages.length === 0) return <Begin />
  return (
    <>
      {leaf !== undefined && (
        <p className="chat-note">
          {text('chat.part')} <Link href={`/chat/${conversation.id}`}>{text('chat.part.whole')}</Link>
        </p>
      )}
      <Log conversation={conversation} state={state} {...rest} />
    </>
  )
}

function Begin(): ReactNode {
  const text = useText<keyof typeof en>()
  return (
    <section className="chat-begin">
      <h2>{text('chat.begin')}</h2>
      <p className="muted">{text('chat.begin.body')}</p>
      {/* It is there from the start, so that who looks for the conversation finds where it will be. */}
      <section className="chat-log" role="log" aria-live="off" aria-label={text('chat.log')} />
    </section>
  )
}
