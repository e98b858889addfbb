import { type ReactNode, useEffect, useRef } from 'react'
import { useLanguage, useText } from '../../i18n/Texts.tsx'
import { announce } from '../../parts/announce.tsx'
import { CopyButton } from '../../parts/CopyButton.tsx'
import type en from './messages/en.json'
import { type Sent, tidyBody } from './useSending.ts'

/** What came back: status, headers, body; while it comes. */
export function ResponseView({ sent }: { sent: Sent }): ReactNode {
  const text = useText<keyof typeof en>()
  const language = useLanguage()
  const body = useRef<HTMLPreElement>(null)
  const status = sent.status === undefined ? '' : `${sent.status.code} ${sent.status.text}`.trim()
  const { state } = sent
  const onScroll = useFollow(body, sent.body, state === 'receiving')
  useEffect(() => {
    if (state === 'done') announce(text('reference.answered', { status }))
  }, [state, status, text])
  const shown = tidyBody(sent)
  return (
    <section className="try-it-response" aria-label={text('reference.answer')}>
      <p className="try-it-status">
        {status !== '' && (
          <span className={`badge ${(sent.status?.code ?? 500) < 400 ? 'good' : 'bad'}`}>{status}</span>
        )}
        <span>{text(`reference.state.${state}`)}</span>
        {sent.milliseconds !== undefined && (
          <span className="muted">
            {new Intl.NumberFormat(language, { style: 'unit', unit: 'millisecond', maximumFractionDigits: 0 }).format(
              sent.milliseconds,
            )}
          </span>
        )}
      </p>
      {sent.reason !== undefined && (
        <p role="alert">
          {text('reference.failed')} <span lang="en">{sent.reason}</span>
        </p>
      )}
      {sent.headers.length > 0 && (
        <details>
          <summary>{text('reference.headers', { count: sent.headers.length })}</summary>
          <dl className="try-it-headers" dir="ltr">
            {sent.headers.map(([name, value]) => (
              <div key={name}>
                <dt>{name}</dt>
                <dd>{value}</dd>
              </div>
            ))}
          </dl>
        </details>
      )}
      {sent.droppedCharacters > 0 && (
        <p className="muted">{text('reference.dropped', { count: sent.droppedCharacters })}</p>
      )}
      {shown !== '' && (
        <>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
          <pre ref={body} className="try-it-answer" dir="auto" tabIndex={0} onScroll={onScroll}>
            {shown}
          </pre>
          <CopyButton text={shown} label={text('reference.copyAnswer')} showLabel />
        </>
      )}
    </section>
  )
}

/** Stays at the end of what is coming, as long as nobody scrolled away from it. Gives what to do when it is scrolled. */
function useFollow(element: React.RefObject<HTMLElement | null>, text: string, isComing: boolean): () => void {
  const isAtEnd = useRef(true)
  useEffect(() => {
    const shown = element.current
    if (shown !== null && isComing && text !== '' && isAtEnd.current) shown.scrollTop = shown.scrollHeight
  }, [element, text, isComing])
  return () => {
    const shown = element.current
    if (shown !== null) isAtEnd.current = shown.scrollHeight - shown.scrollTop - shown.clientHeight < 40
  }
}
