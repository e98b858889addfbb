import { lazy, type ReactNode, Suspense } from 'react'
import { useLocation, useSearchParams } from 'wouter'
import { WithMessages } from '../../i18n/WithMessages.tsx'
import { Loading } from '../../parts/States.tsx'
import { useModels } from './useModels.ts'
import { usePullNews } from './usePullNews.ts'
import './models.css'

// Each comes when it is looked at: the list is the heavy one, and who opens the details of a model has no need of it.
const ModelList = lazy(async () => ({ default: (await import('./ModelList.tsx')).ModelList }))
const ModelDetails = lazy(async () => ({ default: (await import('./details/ModelDetails.tsx')).ModelDetails }))
const PullDialog = lazy(async () => ({ default: (await import('./PullDialog.tsx')).PullDialog }))

/** `/models`: what is here and what could be, in one list. `/models/NAME`: one of them. */
export function ModelsPage(): ReactNode {
  const view = useModels()
  usePullNews()
  const name = useModelName()
  const [search, setSearch] = useSearchParams()
  const asked = search.get('pull')
  const close = (): void =>
    setSearch((now) => {
      now.delete('pull')
      return now
    })
  return (
    <div className="models-page">
      {name === null ? (
        <Suspense fallback={<Loading />}>
          <ModelList view={view} />
        </Suspense>
      ) : (
        <WithMessages folder="pages/models/details">
          <Suspense fallback={<Loading />}>
            <ModelDetails key={name} name={name} view={view} />
          </Suspense>
        </WithMessages>
      )}
      {asked !== null && asked !== '' && (
        <Suspense fallback={<Loading />}>
          <PullDialog key={asked} reference={asked} onClose={close} />
        </Suspense>
      )}
    </div>
  )
}

/** The name in the address, where slashes of a name are escaped; wouter has decoded everything else. */
function useModelName(): string | null {
  useLocation()
  const [, escaped = ''] = /\/models\/(.+)$/.exec(window.location.pathname) ?? []
  if (escaped === '') return null
  try {
    return decodeURIComponent(escaped)
  } catch {
    return escaped
  }
}
