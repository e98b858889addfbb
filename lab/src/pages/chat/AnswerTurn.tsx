import { memo, type ReactNode, useState } from 'react'
import { useText } from '../../i18n/Texts.tsx'
import { confirm } from '../../parts/Confirmations.tsx'
import { CopyButton } from '../../parts/CopyButton.tsx'
import { Icon } from '../../parts/Icon.tsx'
import { AnswerBody, AnswerFigures } from './AnswerBody.tsx'
import type { AnswerFeed } from './AnswerFeed.ts'
import { AnswerTrouble } from './AnswerTrouble.tsx'
import { BranchSwitch } from './BranchSwitch.tsx'
import { ChooseModel } from './ChooseModel.tsx'
import type en from './messages/en.json'
import type { ChatActions } from './useChatActions.ts'
import { type ChatMessage, isLive } from './wire.ts'

export interface TurnProps {
  readonly message: ChatMessage
  readonly siblings: readonly string[]
  readonly feed: AnswerFeed
  readonly actions: ChatActions
  readonly isLast: boolean
  readonly onCompare: (ids: readonly string[]) => void
}

/** An answer, what it cost, and what can be done with it. */
export const AnswerTurn = memo(function AnswerTurn(props: TurnProps): ReactNode {
  const { message, siblings, feed, actions, isLast, onCompare } = props
  const text = useText<keyof typeof en>()
  const [asks, setAsks] = useState<'again' | 'compare'>()
  const live = isLive(message)
  const remove = async (): Promise<void> => {
    const isSure = await confirm({
      title: text('chat.delete.answer'),
      body: text('chat.delete.body'),
      action: text('chat.delete'),
      isDangerous: true,
    })
    if (isSure) await actions.remove(message)
  }
  const choose = async (model: string | undefined): Promise<void> => {
    setAsks(undefined)
    const answer = await actions.regenerate(message, model)
    if (answer !== null && asks === 'compare') onCompare([message.id, answer.id])
  }
  const compare = (): void => {
    const at = siblings.indexOf(message.id)
    const other = siblings[at === 0 ? 1 : at - 1]
    if (other === undefined) setAsks('compare')
    else onCompare([other, message.id].sort())
  }
  return (
    <article className="chat-turn answer" aria-busy={live} data-id={message.id}>
      <h2 className="shell-hidden">{text('chat.turn.answer', { model: message.model ?? '' })}</h2>
      <AnswerBody message={message} feed={feed} />
      <AnswerTrouble message={message} actions={actions} isLast={isLast} />
      {!live && <AnswerFigures message={message} />}
      <div className="chat-actions">
        <BranchSwitch message={message} siblings={siblings} onSelect={actions.select} />
        {!live && (
          <>
            <CopyButton text={message.text} label={text('chat.copy')} showLabel look="button plain small" />
            <button type="button" className="button plain small" onClick={() => void actions.regenerate(message)}>
              <Icon name="again" size="1em" />
              {text('chat.again')}
            </button>
            <button type="button" className="button plain small" onClick={() => setAsks('again')}>
              <Icon name="models" size="1em" />
              {text('chat.again.other')}
            </button>
            <button type="button" className="button plain small" onClick={compare}>
              <Icon name="sidebar" size="1em" />
              {text('chat.compare')}
            </button>
            <button type="button" className="button plain small" onClick={() => void remove()}>
              <Icon name="trash" size="1em" />
              {text('chat.delete')}
            </button>
          </>
        )}
      </div>
      {asks !== undefined && (
        <ChooseModel
          title={text(asks === 'again' ? 'chat.again.other' : 'chat.compare.title')}
          onChoose={(model) => void choose(model)}
          onClose={() => setAsks(undefined)}
        />
      )}
    </article>
  )
})
