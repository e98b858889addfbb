import type { ReactNode } from 'react'
import { useText } from '../../i18n/Texts.tsx'
import { WithCode } from '../../parts/WithCode.tsx'
import type { SettingEntry } from './contract.ts'
import type en from './messages/en.json'
import { useSettingTexts } from './useSettingTexts.ts'
import { ValueText } from './ValueText.tsx'

/** What is written, and not yet in force. */
export function PendingNotice({ settings }: { settings: readonly SettingEntry[] }): ReactNode {
  const text = useText<keyof typeof en>()
  const textsOf = useSettingTexts()
  const waiting = settings.filter(({ pending }) => pending)
  if (waiting.length === 0) return null
  return (
    <section className="settings-notice" aria-labelledby="settings-pending">
      <h2 id="settings-pending">{text('settings.pending', { count: waiting.length })}</h2>
      <ul>
        {waiting.map((setting) => (
          <li key={setting.key}>
            {textsOf(setting).name} <code>{setting.key}</code>: <ValueText value={setting.value} />
          </li>
        ))}
      </ul>
      <p>
        <WithCode>{text('settings.pending.how')}</WithCode>
      </p>
    </section>
  )
}
