import { keepPreviousData, useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { Link } from 'wouter'
import { showHidden } from '../../../parts/markdown/showHidden.ts'
import { Failed, Loading } from '../../../parts/States.tsx'
import { historyApi } from './historyApi.ts'
import { splitSnippet } from './splitSnippet.ts'
import { useHistoryText } from './texts.ts'
import type { HistoryPlace } from './useHistoryPlace.ts'
import type { SearchHit } from './wire.ts'

/** Titles and messages in which all words occur, each leading to its very place. */
export function SearchHits({ find, place }: { find: string; place: HistoryPlace }): ReactNode {
  const text = useHistoryText()
  const { folder } = place
  const { data, error, refetch } = useQuery({
    queryKey: ['chats', 'search', find, folder],
    queryFn: ({ signal }) => historyApi.search(find, folder, signal),
    placeholderData: keepPreviousData,
  })
  if (data === undefined) return error === null ? <Loading /> : <Failed error={error} onAgain={refetch} />
  return (
    <section className="history-group">
      <h3>
        <span role="status">{text('history.found', { count: data.length })}</span>
      </h3>
      {data.length === 0 && <p className="history-empty">{text('history.found.none')}</p>}
      <ul>
        {data.map((hit) => (
          <li key={`${hit.chatId} ${hit.messageId}`} className="history-hit">
            <Hit hit={hit} href={place.href(hit.chatId, hit.messageId)} />
          </li>
        ))}
      </ul>
    </section>
  )
}

function Hit({ hit, href }: { hit: SearchHit; href: string }): ReactNode {
  const text = useHistoryText()
  const snippet = (
    <bdi>
      {splitSnippet(hit.snippet).map((piece, i) =>
        // biome-ignore lint/suspicious/noArrayIndexKey: pieces of one text have no other name
        piece.found ? <mark key={i}>{showHidden(piece.text)}</mark> : <span key={i}>{showHidden(piece.text)}</span>,
      )}
    </bdi>
  )
  return (
    <Link href={href}>
      <span className="history-hit-title" dir="auto">
        {hit.messageId === null ? snippet : showHidden(hit.title)}
      </span>
      {hit.messageId !== null && (
        <span className="history-hit-text">
          {hit.role !== null && <span className="muted">{text(`history.role.${hit.role}`)}: </span>}
          {snippet}
        </span>
      )}
    </Link>
  )
}
