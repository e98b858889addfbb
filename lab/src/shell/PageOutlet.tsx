import { queryOptions, useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import type { Language } from '../i18n/languages.ts'
import { loadMessages } from '../i18n/loadMessages.ts'
import { TextsProvider, useLanguage } from '../i18n/Texts.tsx'
import { Loading } from '../parts/States.tsx'
import type { Page } from '../routes.ts'
import { PageBoundary } from './PageBoundary.tsx'
import { PageTrouble } from './PageTrouble.tsx'

/** Code and messages of a page. */
export function pageQuery(page: Page, language: Language) {
  return queryOptions({
    queryKey: ['page', page.name, language],
    queryFn: async () => {
      const [component, messages] = await Promise.all([page.load(), loadMessages(`pages/${page.name}`, language)])
      return { Page: component, messages }
    },
    staleTime: Number.POSITIVE_INFINITY,
  })
}

/** A page with its own code and messages, both fetched when it is first opened. */
export function PageOutlet({ page }: { page: Page }): ReactNode {
  const language = useLanguage()
  const { data, error } = useQuery(pageQuery(page, language))
  if (data === undefined) return error === null ? <Loading /> : <PageTrouble error={error} />
  return (
    <PageBoundary>
      <TextsProvider language={language} messages={data.messages}>
        <data.Page />
      </TextsProvider>
    </PageBoundary>
  )
}
