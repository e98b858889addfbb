import type { ReactNode } from 'react'
import { Dialog } from '../../parts/Dialog.tsx'
import { useIsWide } from './useIsWide.ts'

/** Beside the conversation where there is room, over it where there is not. */
export function SidePanel(props: {
  side: 'start' | 'end'
  label: string
  isOpen: boolean
  onClose: () => void
  children: ReactNode
}): ReactNode {
  const { side, label, isOpen, onClose, children } = props
  const isWide = useIsWide()
  if (!isOpen) return null
  if (!isWide) {
    return (
      <Dialog title={label} size="large" onClose={onClose}>
        {children}
      </Dialog>
    )
  }
  return (
    <aside className={`chat-side ${side}`} aria-label={label}>
      {children}
    </aside>
  )
}
