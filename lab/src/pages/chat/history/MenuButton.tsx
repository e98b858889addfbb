import { type KeyboardEvent, type ReactNode, type ToggleEvent, useId, useRef, useState } from 'react'
import { flushSync } from 'react-dom'
import { Icon, type IconName } from '../../../parts/Icon.tsx'

export interface MenuItem {
  readonly label: string
  readonly icon?: IconName
  readonly isDangerous?: boolean
  run(): void
}

/** A button with a menu of things to do. What is in it is made when it is opened: a list may have thousands of these. */
export function MenuButton(props: { label: string; icon?: IconName; items: () => readonly MenuItem[] }): ReactNode {
  const { label, icon = 'more', items } = props
  const id = useId()
  const button = useRef<HTMLButtonElement>(null)
  const menu = useRef<HTMLDivElement>(null)
  const [isOpen, setOpen] = useState(false)
  const prepare = (event: ToggleEvent<HTMLDivElement>): void => {
    if (event.newState !== 'open' || button.current === null) return
    place(event.currentTarget, button.current.getBoundingClientRect())
    flushSync(() => setOpen(true))
  }
  return (
    <>
      <button
        ref={button}
        type="button"
        className="icon-button"
        aria-label={label}
        aria-haspopup="menu"
        aria-expanded={isOpen}
        popoverTarget={id}
        title={label}
      >
        <Icon name={icon} />
      </button>
      <div
        ref={menu}
        id={id}
        popover="auto"
        role="menu"
        aria-label={label}
        tabIndex={-1}
        className="history-menu"
        onBeforeToggle={prepare}
        onToggle={(event) => {
          if (event.newState === 'open') event.currentTarget.querySelector('button')?.focus()
          else setOpen(false)
        }}
        onKeyDown={(event) => move(event)}
      >
        {isOpen &&
          items().map(({ label: name, icon: picture, isDangerous, run }) => (
            <button
              key={name}
              type="button"
              role="menuitem"
              tabIndex={-1}
              className={isDangerous ? 'bad' : ''}
              onClick={() => {
                menu.current?.hidePopover()
                run()
              }}
            >
              {picture !== undefined && <Icon name={picture} size="1.125em" />}
              {name}
            </button>
          ))}
      </div>
    </>
  )
}

/** Below the button, or above it in the lower half of the window. */
function place(menu: HTMLElement, { left, right, top, bottom }: DOMRect): void {
  const isLow = bottom > innerHeight / 2
  const isLeft = right < 250
  const px = (length: number): string => `${Math.max(4, length)}px`
  menu.style.insetBlock = isLow ? `auto ${px(innerHeight - top + 4)}` : `${px(bottom + 4)} auto`
  menu.style.left = isLeft ? px(left) : 'auto'
  menu.style.right = isLeft ? 'auto' : px(document.documentElement.clientWidth - right)
}

function move(event: KeyboardEvent<HTMLDivElement>): void {
  if (event.key === 'Tab') {
    event.currentTarget.hidePopover()
    return
  }
  const items = [...event.currentTarget.querySelectorAll('button')]
  const current = items.indexOf(document.activeElement as HTMLButtonElement)
  const next = {
    ArrowDown: (current + 1) % items.length,
    ArrowUp: (current - 1 + items.length) % items.length,
    Home: 0,
    End: items.length - 1,
  }[event.key]
  if (next === undefined) return
  event.preventDefault()
  items[next]?.focus()
}
