import type { ReactNode } from 'react'
import { formatBytes, formatCount } from '../../i18n/formatNumbers.ts'
import type { ModelRow } from './mergeModels.ts'
import { useModelText } from './texts.ts'
import type { Fit, Speed } from './wire.ts'

/** Small pieces of what is said of a model, the same in the list and in the details. */

const nothing = <span className="muted">–</span>

export function Size({ bytes }: { bytes: number | null }): ReactNode {
  const { language, text } = useModelText()
  return bytes === null ? <span className="muted">{text('models.unknown')}</span> : formatBytes(bytes, language)
}

export function Parameters({ value }: { value: ModelRow['parameters'] }): ReactNode {
  const { language } = useModelText()
  if (value === null) return nothing
  return typeof value === 'number' ? formatCount(value, language) : value
}

export function Tokens({ count }: { count: number | null }): ReactNode {
  const { language } = useModelText()
  return count === null || count === 0 ? nothing : count.toLocaleString(language)
}

/** The licence by its name, and in words whether it is an open one. */
export function License({ license, isOpen }: { license: string | null; isOpen: boolean | null }): ReactNode {
  const { text } = useModelText()
  if (license === null) return <span className="muted">{text('models.unknown')}</span>
  const openness = isOpen === null ? 'unknown' : isOpen ? 'open' : 'restricted'
  return (
    <>
      <span>{license.replace(/^LicenseRef-/, '').replaceAll('-', isOpen ? '-' : ' ')}</span>
      <small className="models-second">{text(`models.license.${openness}`)}</small>
    </>
  )
}

/** Whether it fits into this machine's memory; if not, why. */
export function FitWords({ fit, isRemote }: { fit: Fit | null; isRemote: boolean }): ReactNode {
  const { text, language } = useModelText()
  if (isRemote) return <span className="muted">{text('models.fit.remote')}</span>
  if (fit === null) return <span className="muted">{text('models.unknown')}</span>
  const numbers = {
    need: formatBytes(fit.needBytes, language),
    available: formatBytes(fit.availableBytes, language),
    tokens: fit.contextLength,
  }
  if (!fit.fits) {
    const isWrong = fit.reasonCode === 'wrong_format'
    return (
      <>
        <span className="badge bad">{text(isWrong ? 'models.fit.never' : 'models.fit.no')}</span>
        <small className="models-second">{text(isWrong ? 'models.fit.format' : 'models.fit.large', numbers)}</small>
      </>
    )
  }
  return (
    <>
      <span className="badge good">{text('models.fit.yes')}</span>
      <small className="models-second">
        {text(fit.reasonCode === 'estimated_from_size' ? 'models.fit.estimated' : 'models.fit.needs', numbers)}
      </small>
    </>
  )
}

export function SpeedWords({ speed }: { speed: Speed | null }): ReactNode {
  const { text, language } = useModelText()
  if (speed === null) return nothing
  const rate = speed.tokensPerSecond.toLocaleString(language, { maximumSignificantDigits: 3 })
  return (
    <>
      <span>{text('models.speed.rate', { rate })}</span>
      <small className="models-second">{text(`models.speed.${speed.how}`)}</small>
    </>
  )
}

export function PlaceWords({ row }: { row: ModelRow }): ReactNode {
  const { text } = useModelText()
  const { place, loaded, engine, parent, pull } = row
  const tone = { loaded: 'good', stored: 'info', pulling: 'info', remote: 'info', catalog: '' }[place]
  if (place === 'pulling' && pull !== null && pull.state !== 'queued' && pull.state !== 'running') {
    return <span className="badge warn">{text(`models.pull.state.${pull.state}`)}</span>
  }
  const state = loaded === null || loaded.state === 'ready' ? null : loaded.state
  return (
    <>
      <span className={`badge ${state === 'failed' ? 'bad' : state === null ? tone : 'warn'}`}>
        {state === null ? text(`models.place.${place}`) : text(`models.state.${state}`)}
      </span>
      {engine !== null && <small className="models-second">{text('models.place.engine', { engine })}</small>}
      {parent !== null && <small className="models-second">{text('models.place.parent', { parent })}</small>}
    </>
  )
}
