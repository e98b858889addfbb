import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { Route, Router, Switch } from 'wouter'
import { followLive } from './api/followLive.ts'
import { LabError } from './api/LabError.ts'
import { liveEvents } from './api/liveEvents.ts'
import { ChooseLanguage } from './i18n/ChooseLanguage.tsx'
import { type Language, rememberLanguage } from './i18n/languages.ts'
import { loadMessages, type Messages } from './i18n/loadMessages.ts'
import { TextsProvider } from './i18n/Texts.tsx'
import { pages } from './routes.ts'
import { HomeRedirect } from './shell/HomeRedirect.tsx'
import { PageOutlet } from './shell/PageOutlet.tsx'
import { preloadLanguage } from './shell/preloadLanguage.ts'
import { NotFound, Shell } from './shell/Shell.tsx'

const client = new QueryClient({
  defaultOptions: {
    // The server may be on this very machine, whatever the browser thinks of the network.
    mutations: { networkMode: 'always' },
    queries: {
      networkMode: 'always',
      // What is wrong with a request stays wrong; what is wrong with the way may pass.
      retry: (failures, error) => failures < 2 && LabError.from(error).facts.retryable,
      refetchOnReconnect: true,
    },
  },
})
followLive(client, liveEvents)

export function App({ first }: { first: { language: Language; messages: Messages } }): ReactNode {
  const [{ language, messages }, setTexts] = useState(first)
  const choose = async (chosen: Language): Promise<void> => {
    // All that is shown is there before anything changes, so that nothing goes away under the hands of whoever chose.
    const [loaded] = await Promise.all([loadMessages('i18n', chosen), preloadLanguage(client, chosen)])
    rememberLanguage(localStorage, chosen)
    document.documentElement.lang = chosen
    setTexts({ language: chosen, messages: loaded })
  }
  return (
    <QueryClientProvider client={client}>
      <TextsProvider language={language} messages={messages}>
        <Router base="/lab">
          <ChooseLanguage value={choose}>
            <Shell onLanguage={choose}>
              <Switch>
                {pages.map((page) => (
                  <Route key={page.name} path={`/${page.name}/*?`}>
                    <PageOutlet page={page} />
                  </Route>
                ))}
                <Route path="/">
                  <HomeRedirect />
                </Route>
                <Route>
                  <NotFound />
                </Route>
              </Switch>
            </Shell>
          </ChooseLanguage>
        </Router>
      </TextsProvider>
    </QueryClientProvider>
  )
}
