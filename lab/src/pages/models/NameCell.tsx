import type { ReactNode } from 'react'
import { Link, useSearch } from 'wouter'
import type { ModelRow } from './mergeModels.ts'
import { PullStatus } from './PullStatus.tsx'
import { useModelText } from './texts.ts'

/** Where the details of a model are. What is filtered stays in the address, for the way back. */
export const detailsPath = (name: string, search: string): string =>
  `/models/${encodeURIComponent(name)}${search === '' ? '' : `?${search}`}`

/** The name, which leads to the details, and below it how a pull of it goes. */
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
      {row.pull !== null && <PullStatus run={row.pull} name={row.name} />}
    </>
  )
}
