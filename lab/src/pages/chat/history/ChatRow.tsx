import { type KeyboardEvent, memo, type ReactNode, useLayoutEffect, useRef, useState } from 'react'
import { Link } from 'wouter'
import { Icon } from '../../../parts/Icon.tsx'
import { showHidden } from '../../../parts/markdown/showHidden.ts'
import { MenuButton, type MenuItem } from './MenuButton.tsx'
import { useHistoryText } from './texts.ts'
import type { ChatSummary } from './wire.ts'

export interface RowActions {
  href(id: string): string
  menu(chat: ChatSummary, rename: () => void): readonly MenuItem[]
  rename(id: string, title: string): void
  select(id: string, isSelected: boolean): void
}

/** A chat in the list: a link, a menu; or, while several are chosen, a box to tick. */
export const ChatRow = memo(function ChatRow(props: {
  chat: ChatSummary
  isActive: boolean
  /** Null: no choosing now. */
  isSelected: boolean | null
  /** Stays the same as long as nothing it does changes. */
  actions: RowActions
}): ReactNode {
  const { chat, isActive, isSelected, actions } = props
  const text = useHistoryText()
  const [isRenaming, setRenaming] = useState(false)
  const row = useRef<HTMLLIElement>(null)
  const comesBack = useRef(false)
  useLayoutEffect(() => {
    if (isRenaming || !comesBack.current) return
    comesBack.current = false
    row.current?.querySelector('a')?.focus()
  }, [isRenaming])
  if (isRenaming) {
    const done = (title: string | null, isByKey: boolean): void => {
      comesBack.current = isByKey
      setRenaming(false)
      if (title !== null && title !== chat.title) actions.rename(chat.id, title)
    }
    return (
      <li data-chat={chat.id}>
        <RenameField title={chat.title} onDone={done} />
      </li>
    )
  }
  if (isSelected !== null) {
    return (
      <li className="history-row" data-chat={chat.id}>
        <label className="history-choice">
          <input
            type="checkbox"
            checked={isSelected}
            onChange={(event) => actions.select(chat.id, event.target.checked)}
          />
          <span dir="auto">{showHidden(chat.title)}</span>
        </label>
      </li>
    )
  }
  return (
    <li ref={row} className={`history-row${isActive ? ' active' : ''}`} data-chat={chat.id}>
      <Link href={actions.href(chat.id)} aria-current={isActive ? 'page' : undefined} title={showHidden(chat.title)}>
        {chat.pinned && <Icon name="pin" size="1em" />}
        <span dir="auto">{showHidden(chat.title)}</span>
      </Link>
      <MenuButton
        label={text('history.more', { title: showHidden(chat.title) })}
        items={() => actions.menu(chat, () => setRenaming(true))}
      />
    </li>
  )
})

function RenameField({
  title,
  onDone,
}: {
  title: string
  onDone: (title: string | null, isByKey: boolean) => void
}): ReactNode {
  const text = useHistoryText()
  const [value, setValue] = useState(title)
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.nativeEvent.isComposing) return
    if (event.key === 'Enter') onDone(value.trim() || null, true)
    if (event.key !== 'Enter' && event.key !== 'Escape') return
    event.preventDefault()
    event.stopPropagation()
    if (event.key === 'Escape') onDone(null, true)
  }
  return (
    <input
      className="history-rename"
      aria-label={text('history.rename.label', { title: showHidden(title) })}
      value={value}
      dir="auto"
      // biome-ignore lint/a11y/noAutofocus: it stands where the person has just asked for it
      autoFocus
      onFocus={(event) => event.target.select()}
      onChange={(event) => setValue(event.target.value)}
      onKeyDown={onKeyDown}
      onBlur={() => onDone(value.trim() || null, false)}
    />
  )
}
