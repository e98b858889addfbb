import type { ReactNode } from 'react'
import { useLocation, useSearchParams } from 'wouter'
import { ModelDetails } from './details/ModelDetails.tsx'
import { ModelList } from './ModelList.tsx'
import { PullDialog } from './PullDialog.tsx'
import { useModels } from './useModels.ts'
import { usePullNews } from './usePullNews.ts'
import './models.css'

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
      {name === null ? <ModelList view={view} /> : <ModelDetails key={name} name={name} view={view} />}
      {asked !== null && asked !== '' && <PullDialog key={asked} reference={asked} onClose={close} />}
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
