import type { ReactNode } from 'react'
import { Link, useSearchParams } from 'wouter'
import type { ModelRow } from './mergeModels.ts'
import { useModelText } from './texts.ts'

export const canChat = ({ place, capabilities }: Pick<ModelRow, 'place' | 'capabilities'>): boolean =>
  place === 'remote' ||
  capabilities.length === 0 ||
  capabilities.includes('chat') ||
  capabilities.includes('completion')

/** Where a chat with a model begins. */
export const chatPath = (name: string): string => `/chat?model=${encodeURIComponent(name)}`

/** What one most likely wants to do with a model. */
export function RowAction({ row }: { row: ModelRow }): ReactNode {
  const { text } = useModelText()
  const [, setSearch] = useSearchParams()
  const { place, name, reference } = row
  if (place === 'pulling') return null
  if (place === 'catalog') {
    if (reference === null) return null
    return (
      <button
        type="button"
        className="button small"
        aria-label={text('models.pull.of.name', { name })}
        onClick={() =>
          setSearch((now) => {
            now.set('pull', reference)
            return now
          })
        }
      >
        {text('models.pull')}
      </button>
    )
  }
  if (!canChat(row)) return null
  return (
    <Link className="button small" href={chatPath(name)} aria-label={text('models.chat.with', { name })}>
      {text('models.chat')}
    </Link>
  )
}
