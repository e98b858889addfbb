import { type ReactNode, useEffect, useRef } from 'react'
import { Link } from 'wouter'
import { useText } from '../../i18n/Texts.tsx'
import { announce } from '../../parts/announce.tsx'
import { Icon } from '../../parts/Icon.tsx'
import { Failed, Loading } from '../../parts/States.tsx'
import { GetModel } from './GetModel.tsx'
import type en from './messages/en.json'
import { Questions } from './Questions.tsx'
import { useWelcome } from './useWelcome.ts'
import './welcome.css'

/** The first page there is: from nothing to a good answer. */
export function WelcomePage(): ReactNode {
  const text = useText<keyof typeof en>()
  const welcome = useWelcome()
  const fetched = readName(welcome.run?.result)
  const model = welcome.models.find((name) => name === fetched) ?? welcome.models[0]
  const wasWithout = useRef(false)
  const ready = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (welcome.isLoading) return
    if (model !== undefined && wasWithout.current) {
      announce(text('welcome.ready'))
      if (document.activeElement === document.body) ready.current?.querySelector('button')?.focus()
    }
    wasWithout.current = model === undefined
  }, [welcome.isLoading, model, text])
  return (
    <div className="welcome">
      <h1>{text('welcome.title')}</h1>
      <ul className="welcome-what">
        <li>
          <Icon name="chat" />
          <span>{text('welcome.what')}</span>
        </li>
        <li>
          <Icon name="key" />
          <span>{text('welcome.local')}</span>
        </li>
        <li>
          <Icon name="info" />
          <span>
            {text('welcome.look')} <Link href="/models">{text('welcome.look.models')}</Link>
            {' · '}
            <Link href="/settings">{text('welcome.look.settings')}</Link>
            {' · '}
            <Link href="/reference">{text('welcome.look.reference')}</Link>
          </span>
        </li>
      </ul>
      {welcome.error !== null ? (
        <Failed error={welcome.error} onAgain={welcome.again} />
      ) : welcome.isLoading ? (
        <Loading />
      ) : model === undefined ? (
        <GetModel welcome={welcome} />
      ) : (
        <div ref={ready}>
          <Questions model={model} />
        </div>
      )}
    </div>
  )
}

const readName = (result: unknown): string | undefined =>
  (result as { readonly name?: string } | null | undefined)?.name
