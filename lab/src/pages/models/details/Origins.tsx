import { type ReactNode, useId } from 'react'
import type { ModelRow } from '../mergeModels.ts'
import type { ModelFacts } from '../wire.ts'
import { useDetailText } from './texts.ts'

/** Where the bytes came from or can be had, and what the catalogue has to say. */
export function Origins({ row, facts }: { row: ModelRow | undefined; facts: ModelFacts | null }): ReactNode {
  const { text, language } = useDetailText()
  const id = useId()
  const catalog = row?.catalog ?? null
  const notes = facts?.catalog?.notes ?? catalog?.notes ?? null
  const known = catalog?.files.filter(({ role }) => role === undefined || role === 'weights') ?? []
  const sources =
    facts?.sources ??
    known
      .flatMap((file) => file.sources)
      .map((reference): ModelFacts['sources'][number] => ({ reference, fetched: null }))
  return (
    <section className="card" aria-labelledby={id}>
      <h2 id={id}>{text('models.sources')}</h2>
      {row?.place === 'catalog' && row.obstacle !== null && <p>{text(`models.catalog.${row.obstacle}.long`)}</p>}
      {sources.length === 0 ? (
        <p className="muted">{text('models.sources.none')}</p>
      ) : (
        <ul className="models-sources">
          {sources.map(({ reference, fetched }) => (
            <li key={reference}>
              <code>{reference}</code>
              {fetched !== null && (
                <small className="models-second">
                  {text('models.sources.fetched', {
                    time: new Date(fetched).toLocaleString(language, { dateStyle: 'medium', timeStyle: 'short' }),
                  })}
                </small>
              )}
            </li>
          ))}
        </ul>
      )}
      {catalog !== null && (
        <p>
          {text('models.sources.by', { organization: catalog.organization })}{' '}
          {catalog.shortNames.length > 0 && text('models.sources.short', { names: catalog.shortNames.join(', ') })}
        </p>
      )}
      {notes !== null && (
        <p lang="en" dir="ltr">
          {notes}
        </p>
      )}
    </section>
  )
}
