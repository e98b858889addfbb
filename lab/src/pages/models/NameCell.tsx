import type { ReactNode } from 'react'
import { Link, useSearch } from 'wouter'
import type { ModelRow } from './mergeModels.ts'
import { useModelText } from './texts.ts'

/** Where the details of a model are. What is filtered stays in the address, for the way back. */
export const detailsPath = (name: string, search: string): string =>
  `/models/${encodeURIComponent(name)}${search === '' ? '' : `?${search}`}`

/** The name, which leads to the details, and what is to be known before it is asked for. */
export function NameCell({ row }: { row: ModelRow }): ReactNode {
  const { text } = useModelText()
  const search = useSearch()
  return (
    <>
      <Link className="models-name" href={detailsPath(row.name, search)}>
        {row.name}
      </Link>
      {row.title !== null && <small className="models-second">{row.title}</small>}
      {row.place === 'catalog' && !row.isVerifiable && (
        <small className="models-second">
          {text(row.reference === null ? 'models.catalog.nowhere' : 'models.catalog.unverified')}
        </small>
      )}
    </>
  )
}
