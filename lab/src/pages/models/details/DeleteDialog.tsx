import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { useLocation, useSearch } from 'wouter'
import { ask } from '../../../api/ask.ts'
import { formatBytes } from '../../../i18n/formatNumbers.ts'
import { Dialog } from '../../../parts/Dialog.tsx'
import { toast } from '../../../parts/Toasts.tsx'
import { ErrorNote } from '../ErrorNote.tsx'
import { useModelActions } from '../useModelActions.ts'
import { useWork } from '../useWork.ts'
import type { Removal } from '../wire.ts'
import { useDetailText } from './texts.ts'

/** Says what would go and what would stay, and deletes only then. */
export function DeleteDialog({ name, onClose }: { name: string; onClose: () => void }): ReactNode {
  const { text } = useDetailText()
  const actions = useModelActions()
  const work = useWork()
  const search = useSearch()
  const [, navigate] = useLocation()
  const { data, error } = useQuery({
    queryKey: ['models', 'removal', name],
    queryFn: ({ signal }) => ask<Removal>(`/models/${encodeURIComponent(name)}/removal`, { signal }),
    // While it is being deleted the answer would be that it is not there.
    enabled: !work.isBusy,
    gcTime: 0,
  })
  const remove = async (): Promise<void> => {
    if (!(await work.run(() => actions.remove(name)))) return
    toast({ kind: 'good', text: text('models.delete.done', { name }) })
    onClose()
    navigate(`/models${search === '' ? '' : `?${search}`}`, { replace: true })
  }
  return (
    <Dialog
      title={text('models.delete.title', { name })}
      role="alertdialog"
      onClose={onClose}
      actions={
        <>
          <button type="button" className="button" onClick={onClose}>
            {text('models.delete.no')}
          </button>
          <button type="button" className="button danger" disabled={data === undefined || work.isBusy} onClick={remove}>
            {text(work.isBusy ? 'models.delete.busy' : 'models.delete.yes')}
          </button>
        </>
      }
    >
      <div aria-live="polite">
        {data === undefined ? error === null && <p>{text('models.loading')}</p> : <Consequences removal={data} />}
      </div>
      {data === undefined && error !== null && <ErrorNote what={text('models.delete.unsure')} error={error} />}
      {work.error !== null && <ErrorNote what={text('models.delete.failed')} error={work.error} />}
    </Dialog>
  )
}

function Consequences({ removal }: { removal: Removal }): ReactNode {
  const { text, language } = useDetailText()
  const { removes, freedBytes, sharedBytes, loaded } = removal
  return (
    <>
      <p>{text('models.delete.goes', { count: removes.length })}</p>
      <ul>
        {removes.map((each) => (
          <li key={each}>
            <code>{each}</code>
          </li>
        ))}
      </ul>
      <p>
        <strong>
          {freedBytes > 0
            ? text('models.delete.frees', { bytes: formatBytes(freedBytes, language) })
            : text('models.delete.freesNothing')}
        </strong>
      </p>
      {sharedBytes > 0 && <p>{text('models.delete.stays', { bytes: formatBytes(sharedBytes, language) })}</p>}
      {loaded && <p>{text('models.delete.unloads')}</p>}
    </>
  )
}
