import { type ReactNode, useId, useLayoutEffect, useRef } from 'react'
import type en from '../i18n/messages/en.json'
import { useText } from '../i18n/Texts.tsx'
import { Icon } from './Icon.tsx'
import './dialog.css'

/**
 * Something over the page, as long as it is rendered. Escape, the cross and a click beside it call `onClose`. The keyboard
 * goes into it, stays in it, and afterwards goes back to where it was.
 */
export function Dialog(props: {
  title: string
  onClose: () => void
  children: ReactNode
  /** Buttons below. */
  actions?: ReactNode
  size?: 'small' | 'large'
  role?: 'alertdialog'
}): ReactNode {
  const { title, onClose, children, actions, size = 'small', role } = props
  const text = useText<keyof typeof en>()
  const dialog = useRef<HTMLDialogElement>(null)
  const titleId = useId()
  useDialog(dialog)
  return (
    <dialog
      ref={dialog}
      className={`dialog ${size}`}
      role={role}
      aria-labelledby={titleId}
      onCancel={(event) => {
        event.preventDefault()
        onClose()
      }}
      onPointerDown={(event) => {
        if (event.target === dialog.current) onClose()
      }}
    >
      <div className="dialog-box">
        <header>
          <h2 id={titleId}>{title}</h2>
          <button type="button" className="icon-button" aria-label={text('dialog.close')} onClick={onClose}>
            <Icon name="close" />
          </button>
        </header>
        <div className="dialog-body">{children}</div>
        {actions !== undefined && <footer>{actions}</footer>}
      </div>
    </dialog>
  )
}

/** Opens a `<dialog>` while its component is there, and gives the keyboard back afterwards. For dialogs with a form of their own. */
export function useDialog(dialog: React.RefObject<HTMLDialogElement | null>): void {
  useLayoutEffect(() => {
    const element = dialog.current
    const before = document.activeElement
    element?.showModal()
    return () => {
      element?.close()
      // What opened it may be gone by now, as with a row that was deleted.
      const isThere = before instanceof HTMLElement && before.isConnected && before !== document.body
      const target = isThere ? before : document.getElementById('content')
      target?.focus()
    }
  }, [dialog])
}
