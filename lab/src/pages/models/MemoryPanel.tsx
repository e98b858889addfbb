import type { ReactNode } from 'react'
import { Link, useSearch } from 'wouter'
import { formatBytes } from '../../i18n/formatNumbers.ts'
import { ErrorNote } from './ErrorNote.tsx'
import { memoryShares } from './memoryShares.ts'
import { detailsPath } from './NameCell.tsx'
import { shortName } from './shortName.ts'
import { useModelText } from './texts.ts'
import { useModelActions } from './useModelActions.ts'
import { useHardware } from './useModels.ts'
import { useWork } from './useWork.ts'
import type { LoadedModel } from './wire.ts'

/** Who uses the machine's memory, and what computes. */
export function MemoryPanel({ loaded }: { loaded: readonly LoadedModel[] }): ReactNode {
  const { text, language } = useModelText()
  const { data: hardware } = useHardware()
  if (hardware === undefined && loaded.length === 0) return null
  const bytes = (count: number): string => formatBytes(count, language)
  return (
    <section className="card models-memory" aria-labelledby="models-memory">
      <div className="models-memory-head">
        <h2 id="models-memory">{text('models.memory')}</h2>
        {hardware !== undefined && (
          <p className="muted">
            {text('models.memory.budget', {
              budget: bytes(hardware.models.totalBytes),
              total: bytes(hardware.memoryTotalBytes),
            })}
          </p>
        )}
      </div>
      {hardware !== undefined && <MemoryBar shares={memoryShares(loaded, hardware)} />}
      {loaded.length === 0 ? (
        <p className="muted">{text('models.memory.empty')}</p>
      ) : (
        <ul className="models-loaded">
          {loaded.map((model) => (
            <LoadedLine key={model.model} model={model} />
          ))}
        </ul>
      )}
    </section>
  )
}

function MemoryBar({ shares }: { shares: ReturnType<typeof memoryShares> }): ReactNode {
  const { text, language } = useModelText()
  const total = shares.reduce((sum, { bytes }) => sum + bytes, 0)
  if (total === 0) return null
  return (
    <>
      <div className="models-bar" aria-hidden="true">
        {shares.map(({ who, model, bytes }) => (
          <span key={model ?? who} data-who={who} style={{ flexGrow: bytes / total }} />
        ))}
      </div>
      <ul className="models-legend">
        {shares.map(({ who, model, bytes }) => (
          <li key={model ?? who} data-who={who}>
            {model === null ? text(`models.memory.${who}`) : shortName(model)}
            {': '}
            <span className="models-numbers">{formatBytes(bytes, language)}</span>
          </li>
        ))}
      </ul>
    </>
  )
}

function LoadedLine({ model }: { model: LoadedModel }): ReactNode {
  const { text, language } = useModelText()
  const actions = useModelActions()
  const work = useWork()
  const search = useSearch()
  const { status, contextLength, engine } = model
  const isRemote = engine !== 'llama'
  const facts = [
    model.state !== 'ready' && text(`models.state.${model.state}`),
    isRemote && text('models.place.engine', { engine }),
    status !== null && status.memoryBytes > 0 && formatBytes(status.memoryBytes, language),
    contextLength > 0 && text('models.loaded.context', { tokens: contextLength }),
    // Only what the driver itself says: a guess here is what people are fooled by.
    status?.devices !== undefined &&
      status.devices.length > 0 &&
      text('models.loaded.on', { devices: status.devices.join(', ') }),
    status !== null &&
      status.active > 0 &&
      text('models.loaded.active', { active: status.active, waiting: status.waiting }),
  ].filter((fact) => fact !== false)
  return (
    <li>
      <div className="models-loaded-words">
        <Link href={detailsPath(model.model, search)}>{shortName(model.model)}</Link>
        <small className="models-second">{facts.join(' · ')}</small>
        {work.error !== null && <ErrorNote what={text('models.unload.failed')} error={work.error} />}
      </div>
      <button
        type="button"
        className="button small"
        disabled={work.isBusy || model.state === 'unloading'}
        aria-label={text('models.unload.of', { name: model.model })}
        onClick={() => work.run(() => actions.unload(model.model))}
      >
        {text(work.isBusy ? 'models.unload.busy' : 'models.unload')}
      </button>
    </li>
  )
}
