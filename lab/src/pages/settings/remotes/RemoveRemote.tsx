import type { ReactNode } from 'react'
import { useText } from '../../../i18n/Texts.tsx'
import { Dialog } from '../../../parts/Dialog.tsx'
import type en from '../messages/en.json'
import { ServerWords } from '../ServerWords.tsx'
import { useRemoveRemote } from './useRemotes.ts'

/** Asks before an engine is removed, and says it there when that does not work. */
export function RemoveRemote(props: { name: string; onClose: () => void; onRemoved: () => void }): ReactNode {
  const { name, onClose, onRemoved } = props
  const text = useText<keyof typeof en>()
  const removing = useRemoveRemote()
  return (
    <Dialog
      title={text('settings.remotes.remove.title', { name })}
      role="alertdialog"
      onClose={onClose}
      actions={
        <>
          <button type="button" className="button" onClick={onClose}>
            {text('settings.cancel')}
          </button>
          <button
            type="button"
            className="button danger"
            disabled={removing.isPending}
            onClick={() => removing.mutate(name, { onSuccess: onRemoved })}
          >
            {text('settings.remotes.remove')}
          </button>
        </>
      }
    >
      <p>{text('settings.remotes.remove.body', { name })}</p>
      {removing.isError && (
        <p role="alert" className="help bad">
          <ServerWords error={removing.error} />
        </p>
      )}
    </Dialog>
  )
}
