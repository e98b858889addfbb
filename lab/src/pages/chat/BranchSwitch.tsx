import type { ReactNode } from 'react'
import { useLanguage, useText } from '../../i18n/Texts.tsx'
import { Icon } from '../../parts/Icon.tsx'
import type en from './messages/en.json'
import type { ChatMessage } from './wire.ts'

/** “2 / 3”: which of several versions this is, and the way to the others. */
export function BranchSwitch(props: {
  message: ChatMessage
  siblings: readonly string[]
  onSelect: (id: string) => void
}): ReactNode {
  const { message, siblings, onSelect } = props
  const text = useText<keyof typeof en>()
  const language = useLanguage()
  const at = siblings.indexOf(message.id)
  if (siblings.length < 2 || at === -1) return null
  const step = (by: number, name: 'left' | 'right', label: string): ReactNode => {
    const other = siblings[at + by]
    // Not `disabled`: the button that is in use must not lose the keyboard at the end of the row.
    return (
      <button
        type="button"
        className="icon-button small"
        aria-label={label}
        title={label}
        aria-disabled={other === undefined}
        onClick={() => other !== undefined && onSelect(other)}
      >
        <Icon name={name} size="1em" />
      </button>
    )
  }
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for a form
    <span className="chat-branch" role="group" aria-label={text('chat.branch')}>
      {step(-1, 'left', text('chat.branch.previous'))}
      <span>
        {(at + 1).toLocaleString(language)} / {siblings.length.toLocaleString(language)}
      </span>
      {step(1, 'right', text('chat.branch.next'))}
    </span>
  )
}
