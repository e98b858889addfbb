import { type ReactNode, useEffect, useRef, useState } from 'react'
import { Link } from 'wouter'
import type { Language } from '../i18n/languages.ts'
import type en from '../i18n/messages/en.json'
import { useText } from '../i18n/Texts.tsx'
import { Icon, pageIcon } from '../parts/Icon.tsx'
import { pages } from '../routes.ts'
import { Connection } from './Connection.tsx'
import { useChoice } from './createChoice.ts'
import { DisplayMenu } from './DisplayMenu.tsx'
import { isWide, sidebar } from './sidebar.ts'

/** The way to the pages: a column on wide screens, which can be made narrow; a bar with a panel on narrow ones. */
export function Navigation(props: {
  current: string | undefined
  onLanguage: (language: Language) => void
}): ReactNode {
  const text = useText<keyof typeof en>()
  const [isPanelOpen, setPanelOpen] = useState(false)
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
  }, [isPanelOpen])
  useSidebarKey(() => {
    if (isWide.matches) sidebar.choose(sidebar.get() === 'open' ? 'closed' : 'open')
    else setPanelOpen((open) => !open)
  })
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
          title={`${text('shell.sidebar')} (Ctrl+B)`}
          onClick={() => sidebar.choose(column === 'open' ? 'closed' : 'open')}
        >
          <Icon name="sidebar" />
        </button>
      </div>
      <div className="shell-panel" id="shell-panel">
        <nav aria-label={text('shell.navigation')}>
          <ul>
            {pages.map(({ name, title }) => (
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

function useSidebarKey(toggle: () => void): void {
  const latest = useRef(toggle)
  useEffect(() => {
    latest.current = toggle
  })
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.key.toLowerCase() !== 'b' || !(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return
      event.preventDefault()
      latest.current()
    }
    addEventListener('keydown', onKey)
    return () => removeEventListener('keydown', onKey)
  }, [])
}
