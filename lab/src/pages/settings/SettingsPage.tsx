import { type ReactNode, useMemo } from 'react'
import { Link, useLocation, useSearch } from 'wouter'
import { useText } from '../../i18n/Texts.tsx'
import { Failed, Loading } from '../../parts/States.tsx'
import { About } from './About.tsx'
import { ApiKeysNote } from './ApiKeysNote.tsx'
import { Appearance } from './Appearance.tsx'
import type { SettingEntry, SettingsAnswer } from './contract.ts'
import { Health } from './Health.tsx'
import type en from './messages/en.json'
import { PendingNotice } from './PendingNotice.tsx'
import { RemoteEngines } from './remotes/RemoteEngines.tsx'
import { SettingRow } from './SettingRow.tsx'
import { searchSettings } from './searchSettings.ts'
import { type Section, sectionAt, sectionOf, sections } from './sections.ts'
import { useSettings } from './useSettings.ts'
import { useSettingTexts } from './useSettingTexts.ts'
import './settings.css'

type Key = keyof typeof en

/** Every setting there is, a section at a time or as many as a search finds. Section and search are in the address. */
export function SettingsPage(): ReactNode {
  const text = useText<Key>()
  const [path, navigate] = useLocation()
  const question = new URLSearchParams(useSearch()).get('q') ?? ''
  const { data, error, refetch } = useSettings()
  const section = sectionAt(path)
  const search = (asked: string): void => {
    const query = asked === '' ? '' : `?${new URLSearchParams({ q: asked })}`
    navigate(`${path}${query}`, { replace: true })
  }
  const shown = sections.filter(
    (each) => each !== 'other' || data?.settings.some(({ key }) => sectionOf(key) === 'other'),
  )
  return (
    <>
      <h1>{text('settings.title')}</h1>
      <div className="settings">
        <div className="settings-side">
          <search>
            <label className="settings-search">
              <span className="shell-hidden">{text('settings.search')}</span>
              <input
                type="search"
                value={question}
                placeholder={text('settings.search')}
                onChange={(event) => search(event.target.value)}
              />
            </label>
          </search>
          <nav aria-label={text('settings.sections')}>
            <ul>
              {shown.map((each) => (
                <li key={each}>
                  <Link
                    href={`/settings/${each}`}
                    aria-current={question === '' && each === section ? 'page' : undefined}
                  >
                    {text(`settings.section.${each}`)}
                  </Link>
                </li>
              ))}
            </ul>
          </nav>
        </div>
        <div className="settings-main">
          {data && <PendingNotice settings={data.settings} />}
          {question === '' && section === 'appearance' ? (
            <SectionHead section="appearance">
              <Appearance />
            </SectionHead>
          ) : data === undefined ? (
            error === null ? (
              <Loading />
            ) : (
              <Failed error={error} onAgain={refetch} />
            )
          ) : (
            <>
              {error !== null && <Failed error={error} onAgain={refetch} />}
              {question !== '' ? (
                <Found settings={data.settings} question={question} onClear={() => search('')} />
              ) : section === undefined ? (
                <NoSection />
              ) : (
                <SectionHead section={section}>
                  <SectionBody section={section} settings={data} />
                </SectionHead>
              )}
            </>
          )}
        </div>
      </div>
    </>
  )
}

function SectionHead({ section, children }: { section: Section; children: ReactNode }): ReactNode {
  const text = useText<Key>()
  return (
    <section aria-labelledby="settings-section">
      <h2 id="settings-section">{text(`settings.section.${section}`)}</h2>
      {children}
    </section>
  )
}

function SectionBody({ section, settings }: { section: Section; settings: SettingsAnswer }): ReactNode {
  const text = useText<Key>()
  switch (section) {
    case 'health':
      return (
        <>
          <Warnings settings={settings} />
          <Health />
        </>
      )
    case 'about':
      return <About settings={settings} />
    default: {
      const here = settings.settings.filter(({ key }) => sectionOf(key) === section)
      return (
        <>
          {section === 'server' && <ApiKeysNote />}
          {section === 'remotes' && <RemoteEngines />}
          {here.length === 0 && <p className="muted">{text('settings.none')}</p>}
          <div className="settings-rows">
            {here.map((setting) => (
              <SettingRow key={setting.key} setting={setting} />
            ))}
          </div>
        </>
      )
    }
  }
}

/** Sections that show more than settings, and so are found by words of their own. */
const special = ['appearance', 'remotes', 'health', 'about'] as const

function Found(props: { settings: readonly SettingEntry[]; question: string; onClear: () => void }): ReactNode {
  const { settings, question, onClear } = props
  const text = useText<Key>()
  const textsOf = useSettingTexts()
  const findable = useMemo(
    () =>
      settings.map((setting) => {
        const { name, meaning } = textsOf(setting)
        return { key: setting.key, env: setting.env, texts: [name, meaning, setting.description], setting }
      }),
    [settings, textsOf],
  )
  const found = searchSettings(findable, question)
  const parts = searchSettings(
    special.map((key) => ({ key, env: [], texts: [text(`settings.keywords.${key}`)] })),
    question,
  )
  return (
    <>
      <p role="status">{text('settings.found', { count: found.length, question })}</p>
      {parts.length > 0 && (
        <p>
          {text('settings.found.parts')}{' '}
          {parts.map(({ key }) => (
            <Link key={key} href={`/settings/${key}`} className="settings-part">
              {text(`settings.section.${key}`)}
            </Link>
          ))}
        </p>
      )}
      {found.length === 0 && parts.length === 0 && (
        <section className="state">
          <h2>{text('settings.found.none')}</h2>
          <p>{text('settings.found.none.body')}</p>
          <button type="button" className="button" onClick={onClear}>
            {text('settings.found.clear')}
          </button>
        </section>
      )}
      {sections.map((section) => {
        const here = found.filter(({ key }) => sectionOf(key) === section)
        if (here.length === 0) return null
        return (
          <section key={section} aria-labelledby={`settings-found-${section}`}>
            <h2 id={`settings-found-${section}`}>
              <Link href={`/settings/${section}`}>{text(`settings.section.${section}`)}</Link>
            </h2>
            <div className="settings-rows">
              {here.map(({ setting }) => (
                <SettingRow key={setting.key} setting={setting} />
              ))}
            </div>
          </section>
        )
      })}
    </>
  )
}

/** What the server finds strange about its configuration, such as a misspelt variable. */
function Warnings({ settings: { warnings } }: { settings: SettingsAnswer }): ReactNode {
  const text = useText<Key>()
  if (warnings.length === 0) return null
  return (
    <section className="settings-notice" aria-labelledby="settings-warnings">
      <h3 id="settings-warnings">{text('settings.warnings')}</h3>
      <ul lang="en">
        {warnings.map((warning) => (
          <li key={warning}>{warning}</li>
        ))}
      </ul>
    </section>
  )
}

function NoSection(): ReactNode {
  const text = useText<Key>()
  return (
    <section className="state">
      <h2>{text('settings.noSection')}</h2>
      <p>{text('settings.noSection.body')}</p>
    </section>
  )
}
