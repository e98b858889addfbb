import type { ReactNode } from 'react'
import { useText } from '../../i18n/Texts.tsx'
import { WithCode } from '../../parts/WithCode.tsx'
import { CopyCommand } from './CopyCommand.tsx'
import type en from './messages/en.json'

/** Keys of the server itself: they are given to it where it is started, never over HTTP. */
export function ApiKeysNote(): ReactNode {
  const text = useText<keyof typeof en>()
  return (
    <section className="settings-notice" aria-labelledby="settings-keys">
      <h3 id="settings-keys">{text('settings.keys.title')}</h3>
      <p>
        <WithCode>{text('settings.keys.body')}</WithCode>
      </p>
      <CopyCommand command="openssl rand -hex 24 > key.txt" />
      <CopyCommand command="sanjha serve --api-key-file key.txt" />
      <p className="help">
        <WithCode>{text('settings.keys.env')}</WithCode>
      </p>
    </section>
  )
}
