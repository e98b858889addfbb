import { type ReactNode, useEffect, useRef } from 'react'
import { useConnectionState } from '../api/liveEvents.ts'
import type en from '../i18n/messages/en.json'
import { useText } from '../i18n/Texts.tsx'

/** How browsers, and Vite for styles, say that a file of the Lab did not come. They give it no name. */
const missing = /dynamically imported module|importing a module script failed|unable to preload css/i

/**
 * In place of a page whose code did not come or broke. Where the server is away, it loads the Lab again as soon as that is
 * back. Only loading it again helps: some browsers, and styles in all, are not asked for twice.
 */
export function PageTrouble({ error }: { error: unknown }): ReactNode {
  const text = useText<keyof typeof en>()
  const state = useConnectionState()
  const message = error instanceof Error ? error.message : String(error)
  const isMissing = missing.test(message)
  const isAway = state === 'retrying' || state === 'offline'
  const wasAway = useRef(false)
  useEffect(() => {
    if (isAway) wasAway.current = true
    if (state === 'connected' && wasAway.current && isMissing) location.reload()
  }, [state, isAway, isMissing])
  const kind = !isMissing ? 'trouble.broken' : isAway ? 'state.offline' : 'trouble.missing'
  return (
    <section role="alert" className="state">
      <h1>{text(kind)}</h1>
      <p>{text(`${kind}.body`)}</p>
      {!isMissing && (
        <blockquote lang="en">
          <p>{message}</p>
        </blockquote>
      )}
      <button type="button" className="button" onClick={() => location.reload()}>
        {text('live.reload')}
      </button>
    </section>
  )
}
