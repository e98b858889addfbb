import { type ReactNode, useEffect, useRef } from 'react'
import { Link } from 'wouter'
import type { Language } from '../i18n/languages.ts'
import type en from '../i18n/messages/en.json'
import { useText } from '../i18n/Texts.tsx'
import { Icon, pageIcon } from '../parts/Icon.tsx'
import { pages } from '../routes.ts'
import { Connection, ConnectionNote } from './Connection.tsx'
import { useChoice } from './createChoice.ts'
import { DisplayMenu } from './DisplayMenu.tsx'
import { Shortcut } from './Shortcut.tsx'
import { isMac, shortcutKeys } from './shortcuts.ts'
import { isWide, sidebar } from './sidebar.ts'

const shownPages = pages.filter(({ hidden }) => !hidden)

/** The way to the pages: a column on wide screens, which can be made narrow; a bar with a panel on narrow ones. */
export function Navigation(props: {
  current: string | undefined
  isPanelOpen: boolean
  setPanelOpen: (isOpen: boolean) => void
  onLanguage: (language: Language) => void
  onPalette: () => void
}): ReactNode {
  const text = useText<keyof typeof en>()
  const { isPanelOpen, setPanelOpen } = props
  const column = useChoice(sidebar)
  const menu = useRef<HTMLButtonElement>(null)
  const head = useRef<HTMLElement>(null)
  useEffect(() => {
    if (!isPanelOpen) return
    const close = (): void => setPanelOpen(false)
    const closeFromOutside = ({ target }: Event): void => {
      if (!head.current?.contains(target as Node)) close()
    }
    const onKey = ({ key }: KeyboardEvent): void => {
      if (key !== 'Escape') return
      close()
      menu.current?.focus()
    }
    const ended = new AbortController()
    const { signal } = ended
    isWide.addEventListener('change', close, { signal })
    document.addEventListener('pointerdown', closeFromOutside, { signal })
    document.addEventListener('focusin', closeFromOutside, { signal })
    document.addEventListener('keydown', onKey, { signal })
    return () => ended.abort()
  }, [isPanelOpen, setPanelOpen])
  return (
    <header className="shell-head" ref={head} data-panel={isPanelOpen ? 'open' : 'closed'}>
      <div className="shell-bar">
        <button
          ref={menu}
          type="button"
          className="icon-button shell-menu"
          aria-expanded={isPanelOpen}
          aria-controls="shell-panel"
          aria-label={text('shell.menu')}
          onClick={() => setPanelOpen(!isPanelOpen)}
        >
          <Icon name={isPanelOpen ? 'close' : 'menu'} />
        </button>
        <span className="shell-name">{text('shell.name')}</span>
        <button
          type="button"
          className="icon-button shell-fold"
          aria-expanded={column === 'open'}
          aria-controls="shell-panel"
          aria-label={text('shell.sidebar')}
          title={`${text('shell.sidebar')} (${shortcutKeys('mod+b', isMac).join('+')})`}
          onClick={() => sidebar.choose(column === 'open' ? 'closed' : 'open')}
        >
          <Icon name="sidebar" />
        </button>
        <ConnectionNote />
        <button
          type="button"
          className="icon-button shell-search"
          aria-label={text('palette.open')}
          onClick={props.onPalette}
        >
          <Icon name="search" />
        </button>
      </div>
      <div className="shell-panel" id="shell-panel">
        <button
          type="button"
          className="shell-item shell-find"
          aria-keyshortcuts="Control+K"
          title={text('palette.open')}
          onClick={() => {
            setPanelOpen(false)
            props.onPalette()
          }}
        >
          <Icon name="search" />
          <span className="shell-words">{text('palette.open')}</span>
          <span className="shell-keys" aria-hidden="true">
            <Shortcut keys="mod+k" />
          </span>
        </button>
        <nav aria-label={text('shell.navigation')}>
          <ul>
            {shownPages.map(({ name, title }) => (
              <li key={name}>
                <Link
                  href={`/${name}`}
                  className="shell-item"
                  title={text(title)}
                  aria-current={props.current === name ? 'page' : undefined}
                  onClick={() => setPanelOpen(false)}
                >
                  <Icon name={pageIcon(name)} />
                  <span className="shell-words">{text(title)}</span>
                </Link>
              </li>
            ))}
          </ul>
        </nav>
        <div className="shell-tools">
          <Connection />
          <DisplayMenu onLanguage={props.onLanguage} />
        </div>
      </div>
    </header>
  )
}
