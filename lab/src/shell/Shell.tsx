import { type ReactNode, useEffect, useRef, useState } from 'react'
import { Link, useLocation } from 'wouter'
import { type Language, languages } from '../i18n/languages.ts'
import type en from '../i18n/messages/en.json'
import { useLanguage, useText } from '../i18n/Texts.tsx'
import { pages } from '../routes.ts'
import { chooseTheme, storedTheme, type Theme, themes } from './theme.ts'

/** What is around every page: the way to the others, language and theme. */
export function Shell(props: { onLanguage: (language: Language) => void; children: ReactNode }): ReactNode {
  const text = useText<keyof typeof en>()
  const language = useLanguage()
  const [location] = useLocation()
  const [theme, setTheme] = useState(storedTheme)
  const main = useFocusOnPage(location)
  const page = pages.find(({ name }) => location === `/${name}` || location.startsWith(`/${name}/`))
  useEffect(() => {
    document.title = page === undefined ? 'Sanjha' : `${text(page.title)} · Sanjha`
  }, [page, text])
  return (
    <div className="shell">
      <a className="shell-skip" href="#content">
        {text('shell.skip')}
      </a>
      <header className="shell-head">
        <span className="shell-name">Sanjha</span>
        <nav aria-label={text('shell.navigation')}>
          <ul>
            {pages.map(({ name, title }) => (
              <li key={name}>
                <Link href={`/${name}`} aria-current={page?.name === name ? 'page' : undefined}>
                  {text(title)}
                </Link>
              </li>
            ))}
          </ul>
        </nav>
        <div className="shell-choices">
          <label>
            <span className="shell-hidden">{text('shell.language')}</span>
            <select value={language} onChange={(event) => props.onLanguage(event.target.value as Language)}>
              {Object.entries(languages).map(([code, name]) => (
                <option key={code} value={code} lang={code}>
                  {name}
                </option>
              ))}
            </select>
          </label>
          <label>
            <span className="shell-hidden">{text('shell.theme')}</span>
            <select
              value={theme}
              onChange={(event) => {
                const chosen = event.target.value as Theme
                chooseTheme(chosen)
                setTheme(chosen)
              }}
            >
              {themes.map((each) => (
                <option key={each} value={each}>
                  {text(`shell.theme.${each}`)}
                </option>
              ))}
            </select>
          </label>
        </div>
      </header>
      <main id="content" tabIndex={-1} ref={main}>
        {props.children}
      </main>
    </div>
  )
}

/** After a change of page the keyboard and screen readers are to be where the page begins; not when the Lab opens. */
function useFocusOnPage(location: string): React.RefObject<HTMLElement | null> {
  const main = useRef<HTMLElement>(null)
  const last = useRef(location)
  useEffect(() => {
    if (last.current !== location && last.current !== '/') main.current?.focus()
    last.current = location
  }, [location])
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
