import { type ReactNode, useEffect } from 'react'
import { Link } from 'wouter'
import type { LabError } from '../../api/LabError.ts'
import { useText } from '../../i18n/Texts.tsx'
import { Icon } from '../../parts/Icon.tsx'
import { Failed } from '../../parts/States.tsx'
import type en from './messages/en.json'

/** Why something could not be done, above where it was asked for; what was written is still there. */
export function ChatTrouble(props: {
  error: LabError | undefined
  onClose: () => void
  modelsError: Error | null
  onModelsAgain: () => void
}): ReactNode {
  const { error, onClose, modelsError, onModelsAgain } = props
  const text = useText<keyof typeof en>()
  const isOffline = error?.facts.code === 'unreachable'
  useEffect(() => {
    if (!isOffline) return
    addEventListener('online', onClose)
    return () => removeEventListener('online', onClose)
  }, [isOffline, onClose])
  if (error?.facts.code === 'unauthorized') return <Failed error={error} onAgain={onClose} />
  if (error === undefined) {
    return modelsError === null ? null : <Failed error={modelsError} onAgain={onModelsAgain} />
  }
  const { message, hint, code } = error.facts
  return (
    <div className="chat-trouble bad" role="alert">
      <p>
        <strong>{text(isOffline ? 'chat.failed.offline' : 'chat.failed')}</strong>
      </p>
      {!isOffline && (
        <blockquote lang="en">
          <p>{message}</p>
          {hint !== undefined && <p>{hint}</p>}
        </blockquote>
      )}
      <div className="toolbar">
        {code === 'model_not_found' && <Link href="/models">{text('chat.model.get')}</Link>}
        <button type="button" className="button small" onClick={onClose}>
          <Icon name="close" size="1em" />
          {text('chat.failed.close')}
        </button>
      </div>
    </div>
  )
}
