import { Component, type ReactNode } from 'react'
import { useText } from '../../i18n/Texts.tsx'
import type en from './messages/en.json'
import type { ChatMessage } from './wire.ts'

interface Props {
  readonly message: ChatMessage
  readonly children: ReactNode
}

interface State {
  readonly message: ChatMessage | undefined
  readonly isBroken: boolean
}

/** Around a message, so that one that cannot be shown takes no other along: its words stand there as they are. */
export class MessageBoundary extends Component<Props, State> {
  override state: State = { message: undefined, isBroken: false }

  static getDerivedStateFromError(): Partial<State> {
    return { isBroken: true }
  }

  static getDerivedStateFromProps({ message }: Props, state: State): State | null {
    // Another state of the message may be one that can be shown.
    return state.message === message ? null : { message, isBroken: false }
  }

  override render(): ReactNode {
    const { message, children } = this.props
    return this.state.isBroken ? <Unshown text={message.text} /> : children
  }
}

function Unshown({ text: words }: { text: string }): ReactNode {
  const text = useText<keyof typeof en>()
  return (
    <article className="chat-turn">
      <p className="md-plain" dir="auto">
        {words}
      </p>
      <p className="chat-note" role="alert">
        {text('chat.unshown')}
      </p>
    </article>
  )
}
