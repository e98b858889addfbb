import type { ReactNode } from 'react'
import { Link, useSearch } from 'wouter'
import type { ModelRow } from './mergeModels.ts'
import { shortName } from './shortName.ts'
import { useModelText } from './texts.ts'

/** Where the details of a model are. What is filtered stays in the address, for the way back. */
export const detailsPath = (name: string, search: string): string =>
  `/models/${encodeURIComponent(name)}${search === '' ? '' : `?${search}`}`

/** The name, which leads to the details, and what is to be known before it is asked for. */
export function NameCell({ row }: { row: ModelRow }): ReactNode {
  const { text } = useModelText()
  const search = useSearch()
  const short = shortName(row.name)
  const isShort = short !== row.name
  return (
    <>
      <Link className="models-name" href={detailsPath(row.name, search)} aria-label={isShort ? row.name : undefined}>
        {short}
      </Link>
      {isShort && (
        <small className="models-second" aria-hidden="true">
          {row.name}
        </small>
      )}
      {row.title !== null && <small className="models-second">{row.title}</small>}
      {row.place === 'catalog' && row.obstacle !== null && (
        <small className="models-second">{text(`models.catalog.${row.obstacle}`)}</small>
      )}
    </>
  )
}
