import { type FormEvent, type ReactNode, useId, useState } from 'react'
import { Dialog } from '../../../parts/Dialog.tsx'
import { showHidden } from '../../../parts/markdown/showHidden.ts'
import { useHistoryText } from './texts.ts'
import type { Folder } from './wire.ts'

const none = ' none'
const fresh = ' new'

/** Where chats are to go: a folder that is there, a new one, or none. */
export function MoveDialog(props: {
  count: number
  folders: readonly Folder[]
  current: string | null
  onMove: (folder: string | null) => void
  onClose: () => void
}): ReactNode {
  const { count, folders, current, onMove, onClose } = props
  const text = useHistoryText()
  const [choice, setChoice] = useState(current ?? (folders.length === 0 ? fresh : none))
  const [name, setName] = useState('')
  const id = useId()
  const move = (event: FormEvent): void => {
    event.preventDefault()
    onMove(choice === none ? null : choice === fresh ? name.trim() : choice)
  }
  return (
    <Dialog title={text('history.move.title', { count })} onClose={onClose}>
      <form className="stack" onSubmit={move}>
        <div className="field">
          <label htmlFor={`${id}-folder`}>{text('history.folder')}</label>
          <select id={`${id}-folder`} value={choice} onChange={(event) => setChoice(event.target.value)}>
            <option value={none}>{text('history.folder.none')}</option>
            {folders.map((folder) => (
              <option key={folder.name} value={folder.name}>
                {showHidden(folder.name)}
              </option>
            ))}
            <option value={fresh}>{text('history.folder.new')}</option>
          </select>
        </div>
        {choice === fresh && <NameField value={name} onChange={setName} />}
        <Buttons action={text('history.move.do')} onClose={onClose} />
      </form>
    </Dialog>
  )
}

export function RenameFolderDialog(props: {
  folder: string
  folders: readonly Folder[]
  onRename: (name: string) => void
  onClose: () => void
}): ReactNode {
  const { folder, folders, onRename, onClose } = props
  const text = useHistoryText()
  const [name, setName] = useState(folder)
  const isOther = name.trim() !== folder && folders.some((each) => each.name === name.trim())
  return (
    <Dialog title={text('history.folder.rename.title', { folder: showHidden(folder) })} onClose={onClose}>
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault()
          onRename(name.trim())
        }}
      >
        <NameField value={name} onChange={setName} help={isOther ? text('history.folder.joins') : undefined} />
        <Buttons action={text('history.rename')} onClose={onClose} />
      </form>
    </Dialog>
  )
}

function NameField(props: { value: string; onChange: (value: string) => void; help?: string | undefined }): ReactNode {
  const text = useHistoryText()
  const id = useId()
  return (
    <div className="field">
      <label htmlFor={id}>{text('history.folder.name')}</label>
      <input
        id={id}
        value={props.value}
        required
        maxLength={100}
        pattern=".*\S.*"
        dir="auto"
        onChange={(event) => props.onChange(event.target.value)}
      />
      {props.help !== undefined && (
        <p className="help" role="status">
          {props.help}
        </p>
      )}
    </div>
  )
}

function Buttons({ action, onClose }: { action: string; onClose: () => void }): ReactNode {
  const text = useHistoryText()
  return (
    <div className="toolbar">
      <button type="button" className="button push" onClick={onClose}>
        {text('history.cancel')}
      </button>
      <button type="submit" className="button primary">
        {action}
      </button>
    </div>
  )
}
