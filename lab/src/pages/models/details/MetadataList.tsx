import { type ReactNode, useId, useState } from 'react'
import type { ModelFacts } from '../wire.ts'
import { useDetailText } from './texts.ts'

/** What the file's header says, word for word; its chat template; and the defaults of this model. */
export function MetadataList({ facts }: { facts: ModelFacts }): ReactNode {
  const { text } = useDetailText()
  const id = useId()
  const [wanted, setWanted] = useState('')
  const defaults = Object.entries(facts.defaults)
  const entries = Object.entries(facts.metadata).map(
    ([key, value]) => [key, isList(value) ? text('models.metadata.list', value) : written(value)] as const,
  )
  const word = wanted.trim().toLowerCase()
  const found = entries.filter((entry) => entry.join(' ').toLowerCase().includes(word))
  return (
    <>
      {defaults.length > 0 && (
        <section className="card" aria-labelledby={`${id}defaults`}>
          <h2 id={`${id}defaults`}>{text('models.defaults')}</h2>
          <dl className="models-facts models-grid">
            {defaults.map(([key, value]) => (
              <div key={key}>
                <dt>
                  <code>{key}</code>
                </dt>
                <dd>
                  {value === '' ? <span className="muted">{text('models.defaults.empty')}</span> : written(value)}
                </dd>
              </div>
            ))}
          </dl>
        </section>
      )}
      {facts.template !== null && (
        <section className="card" aria-labelledby={`${id}template`}>
          <h2 id={`${id}template`}>{text('models.template')}</h2>
          <details>
            <summary>{text('models.template.show')}</summary>
            {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
            <section className="models-code" tabIndex={0} aria-label={text('models.template')}>
              <pre dir="ltr">{facts.template}</pre>
            </section>
          </details>
        </section>
      )}
      <section className="card" aria-labelledby={`${id}metadata`}>
        <h2 id={`${id}metadata`}>{text('models.metadata')}</h2>
        <div className="field models-search">
          <label htmlFor={`${id}search`}>{text('models.metadata.search')}</label>
          <input
            id={`${id}search`}
            type="search"
            autoComplete="off"
            spellCheck={false}
            value={wanted}
            onChange={({ target }) => setWanted(target.value)}
          />
        </div>
        <p role="status" className="muted">
          {text('models.metadata.count', { shown: found.length, all: entries.length })}
        </p>
        <dl className="models-facts models-metadata" dir="ltr">
          {found.map(([key, value]) => (
            <div key={key} className="models-entry">
              <dt>
                <code>{key}</code>
              </dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
      </section>
    </>
  )
}

/** Long lists are told by what they are of and how many. */
const isList = (value: unknown): value is { array: string; length: number } =>
  typeof value === 'object' && value !== null && 'array' in value && 'length' in value

const longest = 2000

function written(value: unknown): string {
  const words = typeof value === 'string' ? value : JSON.stringify(value)
  return words.length > longest ? `${words.slice(0, longest)} …` : words
}
