import { queryOptions, useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { Failed, Loading } from '../parts/States.tsx'
import type { Language } from './languages.ts'
import { loadMessages } from './loadMessages.ts'
import { TextsProvider, useLanguage } from './Texts.tsx'

/** Messages of a folder, as `loadMessages` takes it. */
export function messagesQuery(folder: string, language: Language) {
  return queryOptions({
    queryKey: ['messages', folder, language],
    queryFn: () => loadMessages(folder, language),
    staleTime: Number.POSITIVE_INFINITY,
  })
}

/** A part of a page that brings its own messages: they are fetched when it is first shown. `folder`: as `loadMessages` takes it. */
export function WithMessages({ folder, children }: { folder: string; children: ReactNode }): ReactNode {
  const language = useLanguage()
  const { data, error, refetch } = useQuery(messagesQuery(folder, language))
  if (data === undefined) return error === null ? <Loading /> : <Failed error={error} onAgain={refetch} />
  return (
    <TextsProvider language={language} messages={data}>
      {children}
    </TextsProvider>
  )
}
