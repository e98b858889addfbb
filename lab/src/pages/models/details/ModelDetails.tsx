import { useQuery } from '@tanstack/react-query'
import { type ReactNode, useEffect, useRef } from 'react'
import { Link, useSearch } from 'wouter'
import { ask } from '../../../api/ask.ts'
import { LabError } from '../../../api/LabError.ts'
import { Icon } from '../../../parts/Icon.tsx'
import { Failed, Loading } from '../../../parts/States.tsx'
import { PlaceWords } from '../facts.tsx'
import type { ModelRow } from '../mergeModels.ts'
import { PullStatus } from '../PullStatus.tsx'
import type { ModelsView } from '../useModels.ts'
import type { ModelFacts } from '../wire.ts'
import { DetailActions } from './DetailActions.tsx'
import { FactList } from './FactList.tsx'
import { FileList } from './FileList.tsx'
import { MemorySection } from './MemorySection.tsx'
import { MetadataList } from './MetadataList.tsx'
import { Origins } from './Origins.tsx'
import { useDetailText } from './texts.ts'
import { Usage } from './Usage.tsx'

/** One model: what its file and the catalogue say of it, and everything that can be done with it. */
export function ModelDetails({ name, view }: { name: string; view: ModelsView }): ReactNode {
  const { text } = useDetailText()
  const search = useSearch()
  const heading = useRef<HTMLHeadingElement>(null)
  const row = view.rows.find((each) => each.name.toLowerCase() === name.toLowerCase())
  const facts = useQuery({
    queryKey: ['models', 'details', name],
    queryFn: ({ signal }) => findFacts(name, signal),
    // Of what is only known, or runs elsewhere, there is no file to look into.
    enabled: row === undefined ? view.isSettled : row.isStored,
  })
  useEffect(() => {
    window.scrollTo(0, 0)
    heading.current?.focus()
  }, [])
  const isPending = row === undefined ? !view.isSettled || facts.isLoading : facts.isLoading
  const failure = view.failure ?? facts.error
  return (
    <article className="models-details stack">
      <nav aria-label={text('models.details.way')}>
        <Link className="models-back" href={`/models${search === '' ? '' : `?${search}`}`}>
          <Icon name="left" />
          {text('models.details.back')}
        </Link>
      </nav>
      <header className="models-details-head">
        <h1 ref={heading} tabIndex={-1}>
          {row?.name ?? facts.data?.name ?? name}
        </h1>
        {row !== undefined && <PlaceWords row={row} />}
      </header>
      {failure !== null && failure !== undefined ? (
        <Failed error={failure} onAgain={() => (view.failure === null ? facts.refetch() : view.again())} />
      ) : isPending ? (
        <Loading />
      ) : row === undefined && facts.data == null ? (
        <Unknown name={name} />
      ) : (
        <Known row={row} facts={facts.data ?? null} />
      )}
    </article>
  )
}

function Known({ row, facts }: { row: ModelRow | undefined; facts: ModelFacts | null }): ReactNode {
  const name = facts?.name ?? row?.name ?? ''
  const catalog = row?.catalog ?? null
  return (
    <>
      {row?.title != null && <p className="models-lead">{row.title}</p>}
      {row !== undefined && <DetailActions row={row} facts={facts} />}
      {row?.pull != null && <PullStatus run={row.pull} name={row.name} />}
      <FactList row={row} facts={facts} />
      {(facts !== null || row?.loaded != null) && (
        <MemorySection name={name} loaded={row?.loaded ?? null} facts={facts} />
      )}
      <Usage row={row} name={name} />
      {(facts !== null || catalog !== null) && <Origins row={row} facts={facts} />}
      {facts !== null && <FileList files={facts.files} />}
      {facts !== null && <MetadataList facts={facts} />}
    </>
  )
}

function Unknown({ name }: { name: string }): ReactNode {
  const { text } = useDetailText()
  return (
    <section className="card">
      <h2>{text('models.details.unknown')}</h2>
      <p>{text('models.details.unknown.body', { name })}</p>
      <Link className="button" href={`/models?pull=${encodeURIComponent(name)}`}>
        {text('models.details.unknown.pull')}
      </Link>
    </section>
  )
}

/** Null: nothing of that name is stored. */
async function findFacts(name: string, signal: AbortSignal): Promise<ModelFacts | null> {
  try {
    return await ask<ModelFacts>(`/models/${encodeURIComponent(name)}`, { signal })
  } catch (error) {
    if (LabError.from(error).facts.code === 'model_not_found') return null
    throw error
  }
}
