import { useQuery } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { ask } from '../../../api/ask.ts'
import { ErrorNote } from '../ErrorNote.tsx'
import { useDetailText } from './texts.ts'

const shownLines = 60

/** What the engine wrote last: where it says why a model could not be loaded. */
export function EngineLog({ name, isOpen: isOpenFirst }: { name: string; isOpen: boolean }): ReactNode {
  const { text } = useDetailText()
  const [isOpen, setOpen] = useState(isOpenFirst)
  const { data, error } = useQuery({
    queryKey: ['models', 'log', name],
    queryFn: ({ signal }) =>
      ask<{ lines: string[] }>(`/loaded/${encodeURIComponent(name)}/log?lines=${shownLines}`, { signal }),
    enabled: isOpen,
    refetchInterval: 3000,
  })
  return (
    <details open={isOpenFirst} onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>{text('models.log')}</summary>
      {data === undefined ? (
        error !== null && <ErrorNote what={text('models.log.failed')} error={error} isQuiet />
      ) : data.lines.length === 0 ? (
        <p className="muted">{text('models.log.empty')}</p>
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
        <section className="models-code" tabIndex={0} aria-label={text('models.log')}>
          <pre lang="en" dir="ltr">
            {data.lines.join('\n')}
          </pre>
        </section>
      )}
    </details>
  )
}
