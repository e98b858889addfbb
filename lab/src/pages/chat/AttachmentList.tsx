import type { ReactNode } from 'react'
import { formatBytes } from '../../i18n/formatNumbers.ts'
import { useLanguage, useText } from '../../i18n/Texts.tsx'
import { Icon } from '../../parts/Icon.tsx'
import type en from './messages/en.json'
import { mostAttachments, type Refusal } from './readAttachments.ts'
import type { Attachment } from './wire.ts'

/** Files beside the question that is written, and why others are not among them. */
export function AttachmentList(props: {
  attachments: readonly Attachment[]
  refused: readonly Refusal[]
  onRemove: (attachment: Attachment) => void
}): ReactNode {
  const { attachments, refused, onRemove } = props
  const text = useText<keyof typeof en>()
  const language = useLanguage()
  const why = (refusal: Refusal): string => {
    const { name } = refusal
    if (refusal.why === 'large') return text('chat.file.large', { name, limit: formatBytes(refusal.limit, language) })
    if (refusal.why === 'many') return text('chat.file.many', { name, most: mostAttachments })
    return text(`chat.file.${refusal.why}`, { name })
  }
  return (
    <>
      {attachments.length > 0 && (
        <ul className="chat-files" aria-label={text('chat.files')}>
          {attachments.map((attachment, at) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: two files may be the same
            <li key={at} className="badge">
              <span>{attachment.name}</span>
              <button
                type="button"
                className="icon-button"
                aria-label={text('chat.file.remove', { name: attachment.name })}
                onClick={() => onRemove(attachment)}
              >
                <Icon name="close" size="0.875em" />
              </button>
            </li>
          ))}
        </ul>
      )}
      <div role="alert">
        {refused.map((refusal) => (
          <p key={refusal.name} className="help bad">
            {why(refusal)}
          </p>
        ))}
      </div>
    </>
  )
}
