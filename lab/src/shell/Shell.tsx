import { type ReactNode, useCallback, useEffect, useRef, useState } from 'react'
import { useLocation } from 'wouter'
import type { Language } from '../i18n/languages.ts'
import type en from '../i18n/messages/en.json'
import { useText } from '../i18n/Texts.tsx'
import { Announcer } from '../parts/announce.tsx'
import { Confirmations } from '../parts/Confirmations.tsx'
import { Toasts } from '../parts/Toasts.tsx'
import { pages } from '../routes.ts'
import { CommandPalette } from './CommandPalette.tsx'
import { Navigation } from './Navigation.tsx'
import { ShortcutSheet } from './ShortcutSheet.tsx'
import { isWide, sidebar } from './sidebar.ts'
import { useRunNews } from './useRunNews.ts'
import { useShellCommands } from './useShellCommands.ts'
import { useShortcuts } from './useShortcuts.ts'

/** What is around every page: the way to the others, language and theme. */
export function Shell(props: { onLanguage: (language: Language) => void; children: ReactNode }): ReactNode {
  const text = useText<keyof typeof en>()
  const [location] = useLocation()
  const page = pages.find(({ name }) => location === `/${name}` || location.startsWith(`/${name}/`))
  const main = useFocusOnPage(page?.name ?? location)
  const [overlay, setOverlay] = useState<'palette' | 'shortcuts'>()
  const [isPanelOpen, setPanelOpen] = useState(false)
  const onPalette = useCallback(() => setOverlay('palette'), [])
  const onShortcuts = useCallback(() => setOverlay('shortcuts'), [])
  const onSidebar = useCallback(() => {
    if (isWide.matches) sidebar.choose(sidebar.get() === 'open' ? 'closed' : 'open')
    else setPanelOpen((isOpen) => !isOpen)
  }, [])
  useShellCommands({ onLanguage: props.onLanguage, onPalette, onShortcuts, onSidebar })
  useShortcuts()
  useRunNews()
  useEffect(() => {
    document.title = page === undefined ? 'Sanjha' : `${text(page.title)} · Sanjha`
  }, [page, text])
  return (
    <div className="shell">
      <a className="shell-skip" href="#content">
        {text('shell.skip')}
      </a>
      <Navigation
        current={page?.name}
        isPanelOpen={isPanelOpen}
        setPanelOpen={setPanelOpen}
        onLanguage={props.onLanguage}
        onPalette={onPalette}
      />
      <main id="content" tabIndex={-1} ref={main}>
        {props.children}
      </main>
      {overlay === 'palette' && <CommandPalette onClose={() => setOverlay(undefined)} />}
      {overlay === 'shortcuts' && <ShortcutSheet onClose={() => setOverlay(undefined)} />}
      <Toasts />
      <Confirmations />
      <Announcer />
    </div>
  )
}

/**
 * After a change of page the keyboard and screen readers are to be where the page begins; not when the Lab opens, and not
 * for the places within a page, which know better.
 */
function useFocusOnPage(page: string): React.RefObject<HTMLElement | null> {
  const main = useRef<HTMLElement>(null)
  const last = useRef(page)
  useEffect(() => {
    if (last.current !== page && last.current !== '/') main.current?.focus()
    last.current = page
  }, [page])
  return main
}

export function NotFound(): ReactNode {
  const text = useText<keyof typeof en>()
  return (
    <>
      <h1>{text('shell.notFound')}</h1>
      <p>{text('shell.notFound.body')}</p>
    </>
  )
}
