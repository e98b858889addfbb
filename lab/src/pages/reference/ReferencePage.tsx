import { useQuery } from '@tanstack/react-query'
import { type ReactNode, useMemo } from 'react'
import { Link, useRoute, useSearchParams } from 'wouter'
import { ask } from '../../api/ask.ts'
import { useText } from '../../i18n/Texts.tsx'
import { Icon } from '../../parts/Icon.tsx'
import { Failed, Loading } from '../../parts/States.tsx'
import type en from './messages/en.json'
import { OperationList } from './OperationList.tsx'
import { OperationView } from './OperationView.tsx'
import { type OpenApiDocument, readOperations } from './operations.ts'
import './reference.css'

type Key = keyof typeof en

/** Everything that can be asked of this server, to be read and tried. */
export function ReferencePage(): ReactNode {
  const text = useText<Key>()
  const { data, error, refetch } = useQuery({
    queryKey: ['openapi'],
    queryFn: ({ signal }) => ask<OpenApiDocument>('/openapi.json', { signal }),
    staleTime: Number.POSITIVE_INFINITY,
  })
  return (
    <>
      <h1>{text('reference.title')}</h1>
      {data === undefined ? (
        error === null ? (
          <Loading />
        ) : (
          <Failed error={error} onAgain={refetch} />
        )
      ) : (
        <Reference document={data} />
      )}
    </>
  )
}

function Reference({ document }: { document: OpenApiDocument }): ReactNode {
  const text = useText<Key>()
  const operations = useMemo(() => readOperations(document), [document])
  const [, parameters] = useRoute<{ operationId: string }>('/reference/:operationId')
  const [search, setSearch] = useSearchParams()
  const query = search.get('q') ?? ''
  const chosen = operations.find(({ id }) => id === parameters?.operationId)
  const isUnknown = parameters !== null && chosen === undefined
  const suffix = query === '' ? '' : `?q=${encodeURIComponent(query)}`
  return (
    <div className="reference" data-chosen={chosen !== undefined || isUnknown}>
      <OperationList
        operations={operations}
        chosen={chosen?.id}
        query={query}
        suffix={suffix}
        onQuery={(q) =>
          setSearch(
            (before) => {
              const after = new URLSearchParams(before)
              if (q === '') after.delete('q')
              else after.set('q', q)
              return after
            },
            { replace: true },
          )
        }
      />
      <div className="reference-main">
        <Link className="reference-back button plain small" href={`/reference${suffix}`}>
          <Icon name="left" />
          {text('reference.back')}
        </Link>
        {chosen !== undefined ? (
          <OperationView key={chosen.id} operation={chosen} document={document} />
        ) : isUnknown ? (
          <section className="state">
            <h2>{text('reference.unknown')}</h2>
            <p>{text('reference.unknown.body', { name: parameters.operationId })}</p>
          </section>
        ) : (
          <Introduction document={document} count={operations.length} />
        )}
      </div>
    </div>
  )
}

function Introduction({ document, count }: { document: OpenApiDocument; count: number }): ReactNode {
  const text = useText<Key>()
  const { origin } = location
  return (
    <section className="card reference-intro">
      <h2>{text('reference.intro', { count })}</h2>
      <p>{text('reference.intro.body')}</p>
      <dl>
        <div>
          <dt>{text('reference.intro.openai')}</dt>
          <dd>
            <code>{origin}/v1</code>
          </dd>
        </div>
        <div>
          <dt>{text('reference.intro.others')}</dt>
          <dd>
            <code>{origin}</code>
          </dd>
        </div>
      </dl>
      <p>{text('reference.intro.key')}</p>
      <p>
        <a href="/sanjha/v1/openapi.json">{text('reference.intro.document', { version: document.info.version })}</a>
      </p>
    </section>
  )
}
