import { type ReactNode, useId } from 'react'
import { Icon } from '../../../parts/Icon.tsx'
import { showHidden } from '../../../parts/markdown/showHidden.ts'
import { useHistoryText } from './texts.ts'
import type { Folder } from './wire.ts'

/** Which chats are shown. Nothing as long as there are no folders. */
export function FolderFilter(props: {
  folders: readonly Folder[]
  folder: string | null
  onFolder: (folder: string | null) => void
  onRename: (folder: string) => void
}): ReactNode {
  const { folders, folder, onFolder, onRename } = props
  const text = useHistoryText()
  const id = useId()
  if (folders.length === 0 && folder === null) return null
  // One that was emptied, or that only the address knows, can still be left.
  const isGone = folder !== null && !folders.some(({ name }) => name === folder)
  return (
    <div className="history-folder">
      <label className="shell-hidden" htmlFor={id}>
        {text('history.folder')}
      </label>
      {/* No name of a folder begins with a blank. */}
      <select
        id={id}
        value={folder ?? ' '}
        onChange={({ target }) => onFolder(target.value === ' ' ? null : target.value)}
      >
        <option value=" ">{text('history.folder.all')}</option>
        {folders.map(({ name, chats }) => (
          <option key={name} value={name}>
            {text('history.folder.entry', { name: showHidden(name), chats })}
          </option>
        ))}
        {isGone && <option value={folder}>{showHidden(folder)}</option>}
      </select>
      {folder !== null && !isGone && (
        <button
          type="button"
          className="icon-button"
          aria-label={text('history.folder.rename')}
          title={text('history.folder.rename')}
          onClick={() => onRename(folder)}
        >
          <Icon name="edit" />
        </button>
      )}
    </div>
  )
}
