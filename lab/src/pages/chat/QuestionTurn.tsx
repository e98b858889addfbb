import { memo, type ReactNode, useEffect, useState } from 'react'
import { formatBytes } from '../../i18n/formatNumbers.ts'
import { useLanguage, useText } from '../../i18n/Texts.tsx'
import { confirm } from '../../parts/Confirmations.tsx'
import { CopyButton } from '../../parts/CopyButton.tsx'
import { Icon } from '../../parts/Icon.tsx'
import { showHidden } from '../../parts/markdown/showHidden.ts'
import type { TurnProps } from './AnswerTurn.tsx'
import { BranchSwitch } from './BranchSwitch.tsx'
import type en from './messages/en.json'
import { QuestionEditor } from './QuestionEditor.tsx'
import type { Attachment } from './wire.ts'

/** What a person asked, with its files, and what can be done with it. */
export const QuestionTurn = memo(function QuestionTurn(props: TurnProps): ReactNode {
  const { message, siblings, actions, isLast } = props
  const text = useText<keyof typeof en>()
  const [isEdited, setEdited] = useState(false)
  const remove = async (): Promise<void> => {
    const isSure = await confirm({
      title: text('chat.delete.question'),
      body: text('chat.delete.body'),
      action: text('chat.delete'),
      isDangerous: true,
    })
    if (isSure) await actions.remove(message)
  }
  return (
    <article className="chat-turn question" data-id={message.id}>
      <h2 className="shell-hidden">{text(message.role === 'user' ? 'chat.turn.question' : 'chat.turn.other')}</h2>
      {isEdited ? (
        <QuestionEditor
          text={message.text}
          onSend={async (words) => {
            if (await actions.edit(message, words)) setEdited(false)
          }}
          onCancel={() => setEdited(false)}
        />
      ) : (
        <div className="chat-bubble">
          {message.text !== '' && (
            <p className="md-plain" dir="auto">
              {showHidden(message.text)}
            </p>
          )}
          {message.data?.attachments?.map((attachment, at) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: they never change
            <SentAttachment key={at} attachment={attachment} />
          ))}
        </div>
      )}
      {isLast && message.role === 'user' && (
        <div className="chat-trouble">
          <p>{text('chat.unanswered')}</p>
          <button type="button" className="button small" onClick={() => void actions.answer(message)}>
            {text('chat.answer')}
          </button>
        </div>
      )}
      <div className="chat-actions">
        <BranchSwitch message={message} siblings={siblings} onSelect={actions.select} />
        <CopyButton text={message.text} label={text('chat.copy')} showLabel look="button plain small" />
        {message.role === 'user' && (
          <button type="button" className="button plain small" onClick={() => setEdited(true)}>
            <Icon name="edit" size="1em" />
            {text('chat.edit')}
          </button>
        )}
        <button type="button" className="button plain small" onClick={() => void remove()}>
          <Icon name="trash" size="1em" />
          {text('chat.delete')}
        </button>
      </div>
    </article>
  )
})

function SentAttachment({ attachment }: { attachment: Attachment }): ReactNode {
  const language = useLanguage()
  if (attachment.type === 'image') return <SentImage attachment={attachment} />
  return (
    <details className="chat-file">
      <summary>
        <Icon name="attach" size="1em" /> {showHidden(attachment.name)}{' '}
        <span className="muted">{formatBytes(new Blob([attachment.text]).size, language)}</span>
      </summary>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <pre tabIndex={0}>
        <code>{showHidden(attachment.text)}</code>
      </pre>
    </details>
  )
}

/** The picture itself, from what the chat keeps of it; the page's policy lets no `data:` address be shown. */
function SentImage({ attachment }: { attachment: Extract<Attachment, { type: 'image' }> }): ReactNode {
  const text = useText<keyof typeof en>()
  const [url, setUrl] = useState<string>()
  useEffect(() => {
    const blob = toBlob(attachment.url)
    if (blob === undefined) return
    const made = URL.createObjectURL(blob)
    setUrl(made)
    return () => URL.revokeObjectURL(made)
  }, [attachment.url])
  const words = text('chat.picture', { name: showHidden(attachment.name) })
  if (url === undefined) return <p className="chat-file">{words}</p>
  return <img className="chat-picture" src={url} alt={words} />
}

/** Undefined: not a picture of a kind that can do nothing but be seen. */
function toBlob(url: string): Blob | undefined {
  const [, type, data] = /^data:(image\/(?:png|jpeg|webp|gif));base64,(.+)$/s.exec(url) ?? []
  if (type === undefined || data === undefined) return undefined
  try {
    return new Blob([Uint8Array.from(atob(data), (character) => character.charCodeAt(0))], { type })
  } catch {
    return undefined
  }
}
