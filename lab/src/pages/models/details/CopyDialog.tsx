import { type FormEvent, type ReactNode, useId, useState } from 'react'
import { useLocation, useSearch } from 'wouter'
import { Dialog } from '../../../parts/Dialog.tsx'
import { ErrorNote } from '../ErrorNote.tsx'
import { detailsPath } from '../NameCell.tsx'
import { useModelActions } from '../useModelActions.ts'
import { useWork } from '../useWork.ts'
import { useDetailText } from './texts.ts'

/** Gives a model another name; its bytes are there once. */
export function CopyDialog({ name, onClose }: { name: string; onClose: () => void }): ReactNode {
  const { text } = useDetailText()
  const actions = useModelActions()
  const work = useWork()
  const id = useId()
  const search = useSearch()
  const [, navigate] = useLocation()
  const [target, setTarget] = useState('')
  const copy = async (event: FormEvent): Promise<void> => {
    event.preventDefault()
    if (!(await work.run(() => actions.copy(name, target.trim())))) return
    onClose()
    navigate(detailsPath(target.trim(), search))
  }
  return (
    <Dialog
      title={text('models.copy.title', { name })}
      onClose={onClose}
      actions={
        <>
          <button type="button" className="button" onClick={onClose}>
            {text('models.copy.no')}
          </button>
          <button type="submit" form={`${id}form`} className="button primary" disabled={work.isBusy}>
            {text('models.copy.yes')}
          </button>
        </>
      }
    >
      <form id={`${id}form`} onSubmit={copy}>
        <div className="field">
          <label htmlFor={id}>{text('models.copy.label')}</label>
          <input
            id={id}
            value={target}
            onChange={({ target: input }) => setTarget(input.value)}
            aria-describedby={`${id}help`}
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
            required
          />
          <p className="help" id={`${id}help`}>
            {text('models.copy.help')}
          </p>
        </div>
        {work.error !== null && <ErrorNote what={text('models.copy.failed')} error={work.error} />}
      </form>
    </Dialog>
  )
}
