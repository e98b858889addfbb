import type { QueryClient } from '@tanstack/react-query'
import type { Language } from '../i18n/languages.ts'
import { messagesQuery } from '../i18n/WithMessages.tsx'
import { pages } from '../routes.ts'
import { pageQuery } from './PageOutlet.tsx'

/** Fetches the messages of what is shown now, in another language. What cannot be fetched says so where it is missing. */
export async function preloadLanguage(client: QueryClient, language: Language): Promise<void> {
  const shown = client.getQueryCache().findAll({ type: 'active' })
  await Promise.all(
    shown.map(async ({ queryKey: [kind, name] }) => {
      const page = pages.find((each) => kind === 'page' && each.name === name)
      if (page !== undefined) await client.prefetchQuery(pageQuery(page, language))
      if (kind === 'messages') await client.prefetchQuery(messagesQuery(String(name), language))
    }),
  )
}
