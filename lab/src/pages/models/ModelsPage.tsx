import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { ask } from '../../api/ask.ts'
import { formatBytes, formatCount } from '../../i18n/formatNumbers.ts'
import { useLanguage, useText } from '../../i18n/Texts.tsx'
import { Failed, Loading } from '../../parts/States.tsx'
import { type CatalogModel, type ModelRow, mergeModels, type StoredModel } from './mergeModels.ts'
import type en from './messages/en.json'
import './models.css'

type Key = keyof typeof en

/** What is here and what could be, in one list. */
export function ModelsPage(): ReactNode {
  const text = useText<Key>()
  const { data, error, refetch } = useQuery({
    queryKey: ['models'],
    queryFn: async ({ signal }) => {
      const [stored, catalog, loaded] = await Promise.all([
        ask<{ models: StoredModel[] }>('/models', { signal }),
        ask<{ models: CatalogModel[] }>('/catalog', { signal }),
        ask<{ models: { model: string }[] }>('/loaded', { signal }),
      ])
      return mergeModels(stored.models, catalog.models, new Set(loaded.models.map(({ model }) => model)))
    },
    refetchInterval: 5000,
  })
  return (
    <>
      <h1>{text('models.title')}</h1>
      {data === undefined ? (
        error === null ? (
          <Loading />
        ) : (
          <Failed error={error} onAgain={refetch} />
        )
      ) : (
        <ModelTable rows={data} />
      )}
    </>
  )
}

function ModelTable({ rows }: { rows: readonly ModelRow[] }): ReactNode {
  const text = useText<Key>()
  const language = useLanguage()
  const known = rows.filter(({ place }) => place === 'catalog').length
  const stored = rows.length - known
  const columns = ['name', 'size', 'parameters', 'quantization', 'context', 'license', 'place'] as const
  const cells = (row: ModelRow): ReactNode[] => [
    row.size === null ? text('models.unknown') : formatBytes(row.size, language),
    typeof row.parameters === 'number' ? formatCount(row.parameters, language) : row.parameters,
    row.quantization,
    row.contextLength === null ? null : row.contextLength.toLocaleString(language),
    row.license ?? text('models.unknown'),
    text(`models.place.${row.place}`),
  ]
  return (
    <>
      {stored === 0 && (
        <section>
          <h2>{text('models.empty')}</h2>
          <p>{text('models.empty.body')}</p>
        </section>
      )}
      <p>{text('models.count', { stored, known })}</p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <section className="models-scroll" tabIndex={0} aria-label={text('models.title')}>
        <table className="models">
          <thead>
            <tr>
              {columns.map((column) => (
                <th key={column} scope="col">
                  {text(`models.${column}`)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.key}>
                <th scope="row">
                  <code>{row.name}</code>
                </th>
                {cells(row).map((cell, i) => (
                  <td key={columns[i + 1]}>{cell}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </>
  )
}
