import { type FormEvent, type ReactNode, useId, useState } from 'react'
import { formatBytes } from '../../../i18n/formatNumbers.ts'
import { ErrorNote } from '../ErrorNote.tsx'
import { useModelActions } from '../useModelActions.ts'
import { useWork } from '../useWork.ts'
import type { LoadedModel, ModelFacts } from '../wire.ts'
import { EngineLog } from './EngineLog.tsx'
import { useDetailText } from './texts.ts'

interface MemorySectionProps {
  readonly name: string
  readonly loaded: LoadedModel | null
  /** Null for what runs elsewhere. */
  readonly facts: ModelFacts | null
}

/** Loading with a chosen context, unloading, what it uses meanwhile, and why it failed. */
export function MemorySection({ name, loaded, facts }: MemorySectionProps): ReactNode {
  const { text } = useDetailText()
  const actions = useModelActions()
  const load = useWork()
  const unload = useWork()
  const id = useId()
  const [context, setContext] = useState('')
  const isHere = loaded === null || loaded.engine === 'llama'
  const isFailed = load.error !== null || loaded?.state === 'failed' || loaded?.state === 'restarting'
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    unload.forget()
    void load.run(() => actions.load(name, context === '' ? undefined : Number(context)))
  }
  const most = facts?.fit?.largestContext ?? facts?.contextLength ?? null
  return (
    <section className="card stack" aria-labelledby={id}>
      <h2 id={id}>{text('models.load.title')}</h2>
      {loaded === null ? <p className="muted">{text('models.load.not')}</p> : <LoadedFacts loaded={loaded} />}
      {isHere && facts !== null && (
        <form className="models-load" onSubmit={submit}>
          <div className="field">
            <label htmlFor={`${id}context`}>{text('models.load.context')}</label>
            <input
              id={`${id}context`}
              type="number"
              min={1}
              step={1}
              {...(facts.contextLength !== null && { max: facts.contextLength })}
              value={context}
              placeholder={text('models.load.auto')}
              onChange={({ target }) => setContext(target.value)}
              aria-describedby={`${id}help`}
            />
            <p className="help" id={`${id}help`}>
              {most === null ? text('models.load.help') : text('models.load.help.most', { tokens: most })}
            </p>
          </div>
          <button type="submit" className="button" disabled={load.isBusy}>
            {text(load.isBusy ? 'models.load.busy' : loaded === null ? 'models.load' : 'models.load.again')}
          </button>
          {loaded !== null && (
            <button
              type="button"
              className="button"
              disabled={unload.isBusy || loaded.state === 'unloading'}
              onClick={() => {
                load.forget()
                void unload.run(() => actions.unload(name))
              }}
            >
              {text(unload.isBusy ? 'models.unload.busy' : 'models.unload')}
            </button>
          )}
        </form>
      )}
      <p role="status" className="shell-hidden">
        {load.isBusy ? text('models.load.busy') : loaded?.state === 'ready' ? text('models.load.ready', { name }) : ''}
      </p>
      {load.error !== null && <ErrorNote what={text('models.load.failed')} error={load.error} />}
      {unload.error !== null && <ErrorNote what={text('models.unload.failed')} error={unload.error} />}
      {facts !== null && isHere && <EngineLog key={String(isFailed)} name={name} isOpen={isFailed} />}
    </section>
  )
}

function LoadedFacts({ loaded: { state, status, contextLength, expiresAt } }: { loaded: LoadedModel }): ReactNode {
  const { text, language } = useDetailText()
  return (
    <dl className="models-facts models-grid">
      <div>
        <dt>{text('models.loaded.state')}</dt>
        <dd>{text(`models.state.${state}`)}</dd>
      </div>
      {contextLength > 0 && (
        <div>
          <dt>{text('models.column.context')}</dt>
          <dd>{text('models.loaded.context', { tokens: contextLength })}</dd>
        </div>
      )}
      {status !== null && (
        <>
          <div>
            <dt>{text('models.loaded.memory')}</dt>
            <dd>{formatBytes(status.memoryBytes, language)}</dd>
          </div>
          <div>
            <dt>{text('models.loaded.devices')}</dt>
            <dd>
              {status.devices === undefined || status.devices.length === 0
                ? text('models.loaded.devices.unknown')
                : status.devices.join(', ')}
            </dd>
          </div>
          <div>
            <dt>{text('models.loaded.threads')}</dt>
            <dd>
              {status.threads.toLocaleString(language)}
              <small className="models-second" lang="en">
                {status.threadsReason}
              </small>
            </dd>
          </div>
        </>
      )}
      <div>
        <dt>{text('models.loaded.until')}</dt>
        <dd>
          {expiresAt === null
            ? text('models.loaded.forever')
            : new Date(expiresAt).toLocaleTimeString(language, { timeStyle: 'short' })}
        </dd>
      </div>
    </dl>
  )
}
