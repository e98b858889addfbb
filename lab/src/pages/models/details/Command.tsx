import type { ReactNode } from 'react'
import { CopyButton } from '../../../parts/CopyButton.tsx'
import { useDetailText } from './texts.ts'

/** A line for a terminal, and a button that takes it along. */
export function Command({ command }: { command: string }): ReactNode {
  const { text } = useDetailText()
  return (
    <div className="models-command">
      <code dir="ltr">{command}</code>
      <CopyButton text={command} label={text('models.command.copy', { command })} />
    </div>
  )
}
