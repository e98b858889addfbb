import type { ReactNode } from 'react'
import { useText } from '../../i18n/Texts.tsx'
import { CopyButton } from '../../parts/CopyButton.tsx'
import type en from './messages/en.json'

/** A command, or a path, with a button that copies it. */
export function CopyCommand({ command }: { command: string }): ReactNode {
  const text = useText<keyof typeof en>()
  return (
    <span className="settings-command">
      <code>{command}</code>
      <CopyButton text={command} label={text('settings.copy.what', { what: command })} />
    </span>
  )
}
