import { type ReactNode, useEffect, useId, useRef, useState } from 'react'
import { useText } from '../../i18n/Texts.tsx'
import type en from './messages/en.json'

/** A question in other words. The old one stays, on its own branch. */
export function QuestionEditor(props: {
  text: string
  onSend: (text: string) => Promise<void>
  onCancel: () => void
}): ReactNode {
  const say = useText<keyof typeof en>()
  const [text, setText] = useState(props.text)
  const area = useRef<HTMLTextAreaElement>(null)
  const id = useId()
  useEffect(() => {
    const before = document.activeElement
    area.current?.focus()
    return () => {
      const isThere = before instanceof HTMLElement && before.isConnected
      if (isThere && document.activeElement === document.body) before.focus()
    }
  }, [])
  return (
    <div className="chat-editor field">
      <label htmlFor={id}>{say('chat.edit.label')}</label>
      <textarea
        id={id}
        ref={area}
        dir="auto"
        rows={Math.min(12, text.split('\n').length + 1)}
        value={text}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Escape') return
          event.stopPropagation()
          props.onCancel()
        }}
      />
      <p className="help">{say('chat.edit.help')}</p>
      <div className="toolbar">
        <button
          type="button"
          className="button primary small"
          disabled={text.trim() === ''}
          onClick={() => void props.onSend(text)}
        >
          {say('chat.edit.ask')}
        </button>
        <button type="button" className="button small" onClick={props.onCancel}>
          {say('chat.edit.cancel')}
        </button>
      </div>
    </div>
  )
}
