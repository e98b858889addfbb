import { type KeyboardEvent, type ReactNode, useId, useLayoutEffect, useRef, useState } from 'react'
import type en from '../i18n/messages/en.json'
import { useText } from '../i18n/Texts.tsx'
import { useDialog } from '../parts/Dialog.tsx'
import { Icon } from '../parts/Icon.tsx'
import { type Command, useAllCommands } from './commands.ts'
import { findCommands } from './findCommands.ts'
import { Shortcut } from './Shortcut.tsx'
import { isShortcut } from './shortcuts.ts'
import { usePlaces } from './usePlaces.ts'
import './palette.css'

/** More than anybody reads; who wants another types on. */
const shownAtMost = 60

/** Everything that can be done or opened, in one list to type into. */
export function CommandPalette({ onClose }: { onClose: () => void }): ReactNode {
  const text = useText<keyof typeof en>()
  const dialog = useRef<HTMLDialogElement>(null)
  const id = useId()
  const [query, setQuery] = useState('')
  const [chosen, setChosen] = useState(0)
  // It is open already.
  const commands = useAllCommands().filter((command) => command.id !== 'palette')
  const places = usePlaces()
  const found = findCommands(query === '' ? commands : [...commands, ...places], query).slice(0, shownAtMost)
  const current = Math.min(chosen, found.length - 1)
  useDialog(dialog)
  useLayoutEffect(() => {
    document.getElementById(`${id}-${current}`)?.scrollIntoView({ block: 'nearest' })
  }, [id, current])

  const run = (command: Command | undefined): void => {
    if (command === undefined) return
    onClose()
    // First the keyboard goes back to where it was, then to wherever the command takes it.
    setTimeout(() => command.run?.())
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    const moves: Record<string, number> = { ArrowDown: current + 1, ArrowUp: current - 1 }
    const target = moves[event.key]
    if (target !== undefined) setChosen(found.length === 0 ? 0 : (target + found.length) % found.length)
    else if (event.key === 'Enter' && !event.nativeEvent.isComposing) run(found[current])
    else if (isShortcut('mod+k', event)) onClose()
    else return
    event.preventDefault()
  }
  return (
    <dialog
      ref={dialog}
      className="palette"
      aria-label={text('palette.title')}
      onCancel={(event) => {
        event.preventDefault()
        onClose()
      }}
      onPointerDown={(event) => {
        if (event.target === dialog.current) onClose()
      }}
    >
      <div className="palette-box">
        <div className="palette-ask">
          <Icon name="search" />
          <input
            type="text"
            role="combobox"
            aria-label={text('palette.label')}
            aria-expanded="true"
            aria-controls={`${id}-list`}
            aria-autocomplete="list"
            aria-activedescendant={current >= 0 ? `${id}-${current}` : undefined}
            placeholder={text('palette.label')}
            autoComplete="off"
            spellCheck={false}
            value={query}
            onChange={(event) => {
              setQuery(event.target.value)
              setChosen(0)
            }}
            onKeyDown={onKeyDown}
          />
        </div>
        <div id={`${id}-list`} role="listbox" aria-label={text('palette.title')} className="palette-list">
          {found.map((command, index) => (
            // biome-ignore lint/a11y/useKeyWithClickEvents: the keyboard is in the field above
            // biome-ignore lint/a11y/useFocusableInteractive: the field above has the focus, and points here
            <div
              key={command.id}
              id={`${id}-${index}`}
              role="option"
              aria-selected={index === current}
              className="palette-item"
              onClick={() => run(command)}
              onPointerMove={() => setChosen(index)}
            >
              <Icon name={command.icon ?? 'right'} />
              <span className="palette-title">{command.title}</span>
              <span className="palette-group">{command.group}</span>
              {command.shortcut !== undefined && <Shortcut keys={command.shortcut} />}
            </div>
          ))}
        </div>
        <p className={found.length === 0 ? 'palette-none' : 'shell-hidden'} role="status">
          {text('palette.count', { count: found.length })}
        </p>
      </div>
    </dialog>
  )
}
