import { useQueryClient } from '@tanstack/react-query'
import { type ReactNode, useEffect, useRef, useState } from 'react'
import { Link } from 'wouter'
import { ask } from '../../api/ask.ts'
import { LabError } from '../../api/LabError.ts'
import { isOver, type Run } from '../../api/Run.ts'
import { formatBytes } from '../../i18n/formatNumbers.ts'
import { useLanguage, useText } from '../../i18n/Texts.tsx'
import { useTimes } from '../../i18n/useTimes.ts'
import { announce } from '../../parts/announce.tsx'
import { Failed } from '../../parts/States.tsx'
import type en from './messages/en.json'
import { nextStep, type PullStep } from './pullStep.ts'
import type { Offer, Welcome } from './useWelcome.ts'

type Key = keyof typeof en

/** One button that gets a model; then how far it is; if that fails, why, and how to go on. */
export function GetModel({ welcome }: { welcome: Welcome }): ReactNode {
  const text = useText<Key>()
  const { run } = welcome
  const client = useQueryClient()
  const [error, setError] = useState<unknown>(null)
  const card = useRef<HTMLElement>(null)
  // Each attempt has buttons of its own; the keyboard goes along.
  const state = run?.state
  const lastState = useRef(state)
  useEffect(() => {
    if (lastState.current === state) return
    lastState.current = state
    if (document.activeElement === document.body) card.current?.querySelector('button')?.focus()
    if (state === 'failed') announce(text('welcome.failed'))
  }, [state, text])

  const act = async (path: string): Promise<void> => {
    setError(null)
    try {
      await ask<Run>(path, { method: 'POST' })
      await client.invalidateQueries({ queryKey: ['runs'] })
    } catch (failure) {
      setError(failure)
    }
  }
  const start = (): void => void act('/models/default')
  const go = (what: 'cancel' | 'resume'): void => void act(`/runs/${encodeURIComponent(run?.id ?? '')}/${what}`)

  const isGone = run === undefined || run.state === 'succeeded'
  return (
    <section className="card welcome-card" ref={card} aria-labelledby="welcome-get">
      <h2 id="welcome-get">{text('welcome.get.title')}</h2>
      {isGone ? (
        <Begin welcome={welcome} onStart={start} />
      ) : isOver(run) ? (
        <Ended run={run} onAgain={() => go('resume')} />
      ) : (
        <Progress run={run} offers={welcome.offers} onCancel={() => go('cancel')} />
      )}
      {error !== null && <Failed error={error} onAgain={isGone ? start : () => go('resume')} />}
    </section>
  )
}

function Begin({ welcome, onStart }: { welcome: Welcome; onStart: () => void }): ReactNode {
  const text = useText<Key>()
  const { configured, offers } = welcome
  const [first, second] = [offers.get('granite'), offers.get('smollm2')]
  return (
    <>
      {configured === null ? (
        <>
          {first !== undefined && <OfferLine offer={first} />}
          {second !== undefined && <p className="help">{text('welcome.instead', { name: second.name })}</p>}
        </>
      ) : (
        <p>{text('welcome.configured', { name: configured })}</p>
      )}
      <p>
        <button type="button" className="button primary welcome-start" onClick={onStart}>
          {text('welcome.get')}
        </button>
      </p>
    </>
  )
}

/** What it is, how large, under which licence. */
function OfferLine({ offer }: { offer: Offer }): ReactNode {
  const text = useText<Key>()
  const language = useLanguage()
  return (
    <p className="welcome-offer">
      <strong>{offer.name}</strong>
      {offer.size !== null && <span className="badge">{formatBytes(offer.size, language)}</span>}
      <span className={`badge ${offer.isOpen ? 'good' : 'warn'}`}>
        {text(offer.isOpen ? 'welcome.license.open' : 'welcome.license', { license: offer.license })}
      </span>
    </p>
  )
}

function Progress(props: { run: Run; offers: ReadonlyMap<string, Offer>; onCancel: () => void }): ReactNode {
  const { run, offers, onCancel } = props
  const text = useText<Key>()
  const language = useLanguage()
  const times = useTimes()
  const shown = useRef<PullStep>(undefined)
  const step = nextStep(shown.current, run)
  shown.current = step
  const offer = step.model === undefined ? undefined : offers.get(step.model)
  const name = offer?.name ?? step.model
  const fraction = step.total === null || step.total === 0 ? undefined : Math.min(1, step.completed / step.total)
  const bytes = (count: number): string => formatBytes(count, language)
  const facts = [
    fraction?.toLocaleString(language, { style: 'percent', maximumFractionDigits: 0 }),
    step.total === null
      ? undefined
      : text('welcome.of', { completed: bytes(Math.min(step.completed, step.total)), total: bytes(step.total) }),
    step.rate === null ? undefined : text('welcome.rate', { rate: bytes(step.rate) }),
    step.eta === null ? undefined : text('welcome.left', { time: times.duration(step.eta, { coarse: true }) }),
  ].filter((fact) => fact !== undefined)
  return (
    <>
      {offer !== undefined && <OfferLine offer={offer} />}
      <div role="status">
        {step.model === 'smollm2' && <p>{text('welcome.fallback', { name: name ?? '' })}</p>}
        <p>{name === undefined ? text('welcome.choosing') : text(`welcome.phase.${step.phase}`, { name })}</p>
      </div>
      <progress
        className="progress"
        aria-label={text('welcome.progress')}
        max={1}
        {...(fraction !== undefined && { value: fraction })}
      />
      <p className="welcome-facts muted">{facts.join(' · ')}</p>
      <div className="toolbar">
        <button type="button" className="button" onClick={onCancel}>
          {text('welcome.cancel')}
        </button>
        <Link href={`/runs/${encodeURIComponent(run.id)}`}>{text('welcome.log')}</Link>
      </div>
    </>
  )
}

function Ended({ run, onAgain }: { run: Run; onAgain: () => void }): ReactNode {
  const text = useText<Key>()
  const { error, state } = run
  if (state !== 'failed' || error === null) {
    return (
      <>
        <p role="status">{text(state === 'interrupted' ? 'welcome.interrupted' : 'welcome.cancelled')}</p>
        <p>
          <button type="button" className="button primary" onClick={onAgain}>
            {text('welcome.resume')}
          </button>
        </p>
      </>
    )
  }
  const facts = { ...error, status: error.status ?? 0 }
  return (
    <>
      <p>{text(adviceFor(error.code))}</p>
      <Failed error={new LabError(facts)} onAgain={onAgain} />
      <p>
        <Link href={`/runs/${encodeURIComponent(run.id)}`}>{text('welcome.log')}</Link>
        {' · '}
        <Link href="/models">{text('welcome.other')}</Link>
      </p>
    </>
  )
}

function adviceFor(code: string): Key {
  if (code === 'disk_full') return 'welcome.advice.disk'
  if (['network_unreachable', 'upstream_error', 'timeout'].includes(code)) return 'welcome.advice.network'
  return 'welcome.advice'
}
