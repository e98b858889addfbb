import { type ReactNode, useId } from 'react'
import { formatBytes } from '../../../i18n/formatNumbers.ts'
import { FitWords, License, Parameters, Size, SpeedWords, Tokens } from '../facts.tsx'
import type { ModelRow } from '../mergeModels.ts'
import type { ModelFacts } from '../wire.ts'
import { type DetailText, useDetailText } from './texts.ts'

/** What is known of a model: from its file's header where it is here, else what the catalogue says. */
export function FactList({ row, facts }: { row: ModelRow | undefined; facts: ModelFacts | null }): ReactNode {
  const { text, language } = useDetailText()
  const id = useId()
  const model = facts ?? row
  if (model === undefined) return null
  const can = model.capabilities.filter((each) => each in capabilities) as (keyof typeof capabilities)[]
  const entries: readonly (readonly [DetailText, ReactNode])[] = [
    ['models.column.size', row?.place === 'remote' ? null : <Size key="size" bytes={model.size} />],
    ['models.column.parameters', model.parameters !== null && <Parameters key="parameters" value={model.parameters} />],
    ['models.column.quantization', model.quantization],
    ['models.column.license', <License key="license" license={model.license} isOpen={model.openLicense} />],
    ['models.fact.licenseSource', facts?.licenseSource != null && <span lang="en">{facts.licenseSource}</span>],
    ['models.column.context', <Tokens key="context" count={model.contextLength} />],
    ['models.column.fit', <FitWords key="fit" fit={model.fit} isRemote={row?.place === 'remote'} />],
    ['models.fact.largest', model.fit?.largestContext != null && <Tokens count={model.fit.largestContext} />],
    ['models.column.speed', <SpeedWords key="speed" speed={model.speed} />],
    ['models.fact.can', can.length > 0 && can.map((each) => text(capabilities[each])).join(', ')],
    ['models.fact.architecture', facts?.architecture],
    ['models.fact.layers', facts?.layers?.toLocaleString(language)],
    ['models.fact.embedding', facts?.embeddingLength?.toLocaleString(language)],
    [
      'models.fact.perToken',
      facts?.contextBytesPerToken != null && (
        <>
          {formatBytes(facts.contextBytesPerToken, language)}
          {facts.contextNote != null && (
            <small className="models-second" lang="en">
              {facts.contextNote}
            </small>
          )}
        </>
      ),
    ],
    ['models.fact.format', facts?.format.toUpperCase()],
    [
      'models.fact.modified',
      facts !== null && new Date(facts.modified).toLocaleString(language, { dateStyle: 'long', timeStyle: 'short' }),
    ],
    ['models.fact.aliases', facts !== null && facts.aliases.length > 0 && facts.aliases.join(', ')],
    ['models.fact.digest', facts !== null && <code key="digest">{facts.digest}</code>],
  ]
  return (
    <section className="card" aria-labelledby={id}>
      <h2 id={id}>{text('models.facts')}</h2>
      {facts === null && row?.place !== 'remote' && <p className="muted">{text('models.facts.catalog')}</p>}
      <dl className="models-facts models-grid">
        {entries.map(([label, value]) =>
          value === null || value === undefined || value === false ? null : (
            <div key={label}>
              <dt>{text(label)}</dt>
              <dd>{value}</dd>
            </div>
          ),
        )}
      </dl>
    </section>
  )
}

const capabilities = {
  completion: 'models.can.completion',
  chat: 'models.can.chat',
  tools: 'models.can.tools',
  thinking: 'models.can.thinking',
  embedding: 'models.can.embedding',
  rerank: 'models.can.rerank',
  insert: 'models.can.insert',
} as const
